# METADATA
# title: Deduplicated stream without a primary key
# description: |
#   `append_dedup` keeps the newest row of each primary key; when neither the stream's file nor its source names a key,
#   Airbyte refuses the connection.
# related_resources:
#   - ref: https://docs.airbyte.com/using-airbyte/core-concepts/sync-modes/incremental-append-deduped
# schemas:
#   - input: schema.stream
# custom:
#   severity: error
#   scope: document
#   when: tip
#   kinds: [stream]
#   ticket: TODO-002
#   remediation: >-
#     name the columns of "fields" that identify a row, for example "primary_key": [["id"]], or set
#     "destination_sync_mode" to "append"; then run `gate catalog --write`
#   admission:
#     resources: [core/v1/configmaps]
#     operations: [CREATE, UPDATE]
#     selector: lotus-gate.dev/stream-source
package stream.missing_key

import data.lib.airbyte

deny contains {"message": message, "field": ["destination_sync_mode"]} if {
	airbyte.synced
	airbyte.destination_sync_mode == "append_dedup"
	airbyte.key == []
	message := sprintf("stream %s is deduplicated, but neither it nor its source names a primary key", [input.name])
}
