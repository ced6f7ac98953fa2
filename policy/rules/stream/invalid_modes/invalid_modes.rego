# METADATA
# title: Sync modes that exclude each other
# description: |
#   An incremental sync that overwrites keeps nothing but the last increment, and a full refresh has no changes to
#   deduplicate: Airbyte refuses both pairs, and Terraform's apply fails after the push was accepted. A mode that is
#   left out counts as the catalog generator's default: `full_refresh` and `overwrite`.
# related_resources:
#   - ref: https://docs.airbyte.com/using-airbyte/core-concepts/sync-modes/
# schemas:
#   - input: schema.stream
# custom:
#   severity: error
#   scope: document
#   when: tip
#   kinds: [stream]
#   ticket: TODO-002
#   remediation: >-
#     set "destination_sync_mode" to "append" or "append_dedup" for "incremental", and to "overwrite" or "append" for
#     "full_refresh"; then run `gate catalog --write`
#   admission:
#     resources: [core/v1/configmaps]
#     operations: [CREATE, UPDATE]
#     selector: lotus-gate.dev/stream-source
package stream.invalid_modes

import data.lib.airbyte

invalid := {
	["incremental", "overwrite"],
	["full_refresh", "append_dedup"],
}

deny contains {"message": message, "field": ["destination_sync_mode"]} if {
	airbyte.synced
	[airbyte.sync_mode, airbyte.destination_sync_mode] in invalid
	message := sprintf("stream %s: sync_mode %s does not go with destination_sync_mode %s", [
		input.name,
		airbyte.sync_mode,
		airbyte.destination_sync_mode,
	])
}
