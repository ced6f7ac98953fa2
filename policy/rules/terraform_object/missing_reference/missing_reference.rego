# METADATA
# title: Terraform object that refers to what is not there
# description: |
#   A source, a Secret or ConfigMap of variables, one of its keys or the runner's service account that does not exist makes
#   the run fail, and nothing wakes the object when it appears at last. It is a warning and no more, because a kustomization
#   may well create the object first and what it refers to a moment later. References marked `optional` are not judged, nor
#   are updates that leave `spec` as it was.
# related_resources:
#   - ref: https://github.com/lotus-lake/lotus-gate/blob/main/docs/rules/terraform_object/missing_reference.md
# schemas:
#   - input: schema.request
# custom:
#   severity: warning
#   scope: request
#   when: tip
#   kinds: [request]
#   ticket: TICKET-004
#   remediation: >-
#     create what is missing, or correct the name; then have it run: `kubectl annotate terraform -n <namespace> <name>
#     reconcile.fluxcd.io/requestedAt=$(date +%s) --overwrite`
#   admission:
#     resources: [infra.contrib.fluxcd.io/*/terraforms]
#     operations: [CREATE, UPDATE]
package terraform_object.missing_reference

import data.lib.tofu

deny contains {"message": message, "field": missing.field} if {
	tofu.terraform(input.object)
	some missing in input.live.missing
	message := sprintf("%s needs %s, which is not there", [tofu.called(input.object), missing.what])
}
