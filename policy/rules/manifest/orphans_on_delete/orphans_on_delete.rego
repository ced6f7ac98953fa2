# METADATA
# title: Deleting the Terraform object would orphan what it made
# description: |
#   Without `destroyResourcesOnDeletion: true`, removing a Terraform object deletes its state but not the sources and
#   connections in Airbyte: they go on syncing, no state knows them, and the next apply makes duplicates. An object with
#   `planOnly: true` makes nothing and passes.
# related_resources:
#   - ref: https://github.com/lotus-lake/lotus-gate/blob/main/docs/rules/manifest/orphans_on_delete.md
# schemas:
#   - input: schema.manifest
# custom:
#   severity: error
#   scope: document
#   when: tip
#   kinds: [manifest]
#   ticket: TICKET-002
#   remediation: >-
#     set `destroyResourcesOnDeletion: true` under `spec`
#   admission:
#     resources: [infra.contrib.fluxcd.io/*/terraforms]
#     operations: [CREATE, UPDATE]
package manifest.orphans_on_delete

import data.lib.tofu

deny contains {"message": message, "field": ["spec", "destroyResourcesOnDeletion"]} if {
	tofu.complete(input.object)
	not input.object.spec.destroyResourcesOnDeletion == true
	not input.object.spec.planOnly == true
	message := sprintf("%s leaves its resources behind when it is deleted", [tofu.called(input.object)])
}
