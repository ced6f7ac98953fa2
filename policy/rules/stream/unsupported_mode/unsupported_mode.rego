# METADATA
# title: Mode, cursor or key that the source does not support
# description: |
#   Airbyte refuses what the source does not support: the push is accepted and the apply fails. The discovered
#   schema says which modes a stream can be synced in, and which cursor and key the source itself prescribes.
# related_resources:
#   - ref: https://docs.airbyte.com/understanding-airbyte/airbyte-protocol
# schemas:
#   - input: schema.stream
# custom:
#   severity: error
#   scope: document
#   when: tip
#   kinds: [stream]
#   ticket: TODO-002
#   remediation: >-
#     use a mode that is supported; delete a "cursor_field" or "primary_key" that overrides the source's and list its
#     columns in "fields"; then run `gate catalog --write`
#   admission:
#     resources: [core/v1/configmaps]
#     operations: [CREATE, UPDATE]
#     selector: lotus-gate.dev/stream-source
package stream.unsupported_mode

import data.lib.airbyte

# What a dlt stream leaves out, its Python resource decides; Airbyte takes the generator's defaults.
asked["sync_mode"] := airbyte.sync_mode if airbyte.synced

asked["destination_sync_mode"] := airbyte.destination_sync_mode if airbyte.synced

asked[setting] := input.content[setting] if {
	airbyte.selected
	not airbyte.synced
	some setting in ["sync_mode", "destination_sync_mode"]
}

offered := {
	"sync_mode": input.discovered.sync_modes,
	"destination_sync_mode": input.discovered.destination_sync_modes,
}

deny contains {"message": message, "field": [setting]} if {
	some setting, mode in asked
	airbyte.sound(setting)
	modes := offered[setting]
	modes != []
	not mode in modes
	message := sprintf("stream %s: %s is %s, but only %s is supported", [input.name, setting, mode, concat(" or ", modes)])
}

deny contains {"message": message, "field": ["cursor_field"]} if {
	airbyte.synced
	airbyte.sync_mode == "incremental"
	airbyte.sound("cursor_field")
	airbyte.source_cursor != []
	not airbyte.own_cursor in [[], airbyte.source_cursor]
	message := sprintf("stream %s: cursor_field %s overrides %s, which the source prescribes", [
		input.name,
		json.marshal(airbyte.own_cursor),
		json.marshal(airbyte.source_cursor),
	])
}

deny contains {"message": message, "field": ["primary_key"]} if {
	airbyte.synced
	airbyte.destination_sync_mode == "append_dedup"
	airbyte.sound("primary_key")
	airbyte.source_key != []
	airbyte.own_key != []
	{path | some path in airbyte.own_key} != {path | some path in airbyte.source_key}
	message := sprintf("stream %s: primary_key %s overrides %s, which the source prescribes", [
		input.name,
		json.marshal(airbyte.own_key),
		json.marshal(airbyte.source_key),
	])
}
