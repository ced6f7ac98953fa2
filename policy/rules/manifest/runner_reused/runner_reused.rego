# METADATA
# title: Runner pod that outlives its run
# description: |
#   With `alwaysCleanupRunnerPod: false` the next reconcile runs in the pod of the last one, whose environment was read
#   when it started: a changed credential does not reach Terraform, which applies the old one and says "Applied
#   successfully".
# related_resources:
#   - ref: https://github.com/lotus-lake/lotus-gate/blob/main/docs/rules/manifest/runner_reused.md
# schemas:
#   - input: schema.manifest
# custom:
#   severity: warning
#   scope: document
#   when: tip
#   kinds: [manifest]
#   ticket: TICKET-004
#   remediation: >-
#     remove `alwaysCleanupRunnerPod: false`; the default cleans up after each run
#   admission:
#     resources: [infra.contrib.fluxcd.io/*/terraforms]
#     operations: [CREATE, UPDATE]
package manifest.runner_reused

import data.lib.tofu

deny contains {"message": message, "field": ["spec", "alwaysCleanupRunnerPod"]} if {
	tofu.terraform(input.object)
	input.object.spec.alwaysCleanupRunnerPod == false
	message := sprintf("%s reuses its runner pod, which keeps the credentials it started with", [tofu.called(input.object)])
}
