# METADATA
# title: Incremental stream without a cursor
# description: |
#   An incremental sync resumes after the last value of its cursor; when neither the stream's file nor its source names
#   a cursor, Airbyte refuses the connection.
# related_resources:
#   - ref: https://docs.airbyte.com/using-airbyte/core-concepts/sync-modes/incremental-append
# schemas:
#   - input: schema.stream
# custom:
#   severity: error
#   scope: document
#   when: tip
#   kinds: [stream]
#   ticket: TODO-002
#   remediation: >-
#     name the column of "fields" that grows with each change, for example "cursor_field": ["updated_at"], or set
#     "sync_mode" to "full_refresh"; then run `gate catalog --write`
#   admission:
#     resources: [core/v1/configmaps]
#     operations: [CREATE, UPDATE]
#     selector: lotus-gate.dev/stream-source
package stream.missing_cursor

import data.lib.airbyte

deny contains {"message": message, "field": ["sync_mode"]} if {
	airbyte.synced
	airbyte.sync_mode == "incremental"
	airbyte.cursor == []
	message := sprintf("stream %s is incremental, but neither it nor its source names a cursor", [input.name])
}
