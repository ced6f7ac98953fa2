# METADATA
# title: Terraform object that applies by force
# description: |
#   `force: true` plans and applies again at every reconcile, changed or not: perpetual drift, and each apply can trip over
#   what people did in Airbyte meanwhile. It is sometimes set to nudge a stuck object and then forgotten.
# related_resources:
#   - ref: https://github.com/lotus-lake/lotus-gate/blob/main/docs/rules/manifest/forced.md
# schemas:
#   - input: schema.manifest
# custom:
#   severity: warning
#   scope: document
#   when: tip
#   kinds: [manifest]
#   ticket: TICKET-001
#   remediation: >-
#     remove `force: true`; to reconcile once, run `kubectl annotate terraform -n <namespace> <name>
#     reconcile.fluxcd.io/requestedAt=$(date +%s) --overwrite`
#   admission:
#     resources: [infra.contrib.fluxcd.io/*/terraforms]
#     operations: [CREATE, UPDATE]
package manifest.forced

import data.lib.tofu

deny contains {"message": message, "field": ["spec", "force"]} if {
	tofu.terraform(input.object)
	input.object.spec.force == true
	message := sprintf("%s plans and applies at every reconcile, changed or not", [tofu.called(input.object)])
}
