# METADATA
# title: Cursor or key that is not selected
# description: |
#   Only the columns listed under `fields` are synced: an incremental stream needs its cursor among them, and a
#   deduplicated one each column of its key, or Airbyte refuses the connection.
# related_resources:
#   - ref: https://docs.airbyte.com/using-airbyte/configuring-schema
# schemas:
#   - input: schema.stream
# custom:
#   severity: error
#   scope: document
#   when: tip
#   kinds: [stream]
#   ticket: TODO-002
#   remediation: >-
#     add the column to "fields" with its type from the discovered schema; then run `gate catalog --write`
#   admission:
#     resources: [core/v1/configmaps]
#     operations: [CREATE, UPDATE]
#     selector: lotus-gate.dev/stream-source
package stream.unselected_cursor_or_key

import data.lib.airbyte

deny contains {"message": message, "field": ["fields"]} if {
	airbyte.synced
	airbyte.sync_mode == "incremental"
	column := airbyte.cursor[0]
	missing(column)
	message := sprintf("stream %s: its cursor %s is not among the selected fields", [input.name, column])
}

deny contains {"message": message, "field": ["fields"]} if {
	airbyte.synced
	airbyte.destination_sync_mode == "append_dedup"
	column := airbyte.key[_][0]
	missing(column)
	message := sprintf("stream %s: column %s of its key is not among the selected fields", [input.name, column])
}

# Fields of the wrong type are stream/schema's matter.
missing(column) if {
	fields := input.content.fields
	is_object(fields)
	not column in object.keys(fields)
}
