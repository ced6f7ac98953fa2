package lib.airbyte_test

import data.lib.airbyte

bare := {"content": {"stream": "orders"}, "schema_errors": [], "discovered": null}

discovered := {"cursor_field": ["updated_at"], "primary_key": [["id"]]}

test_defaults_are_the_generators if {
	airbyte.synced with input as bare
	airbyte.sync_mode == "full_refresh" with input as bare
	airbyte.destination_sync_mode == "overwrite" with input as bare
	airbyte.cursor == [] with input as bare
	airbyte.key == [] with input as bare
}

test_source_fills_in if {
	doc := object.union(bare, {"discovered": discovered})
	airbyte.cursor == ["updated_at"] with input as doc
	airbyte.key == [["id"]] with input as doc
}

test_file_comes_first if {
	content := {
		"sync_mode": "incremental", "destination_sync_mode": "append",
		"cursor_field": ["created_at"], "primary_key": [["uuid"]],
	}
	doc := {"content": content, "schema_errors": [], "discovered": discovered}
	airbyte.sync_mode == "incremental" with input as doc
	airbyte.destination_sync_mode == "append" with input as doc
	airbyte.cursor == ["created_at"] with input as doc
	airbyte.key == [["uuid"]] with input as doc
}

test_not_synced if {
	not airbyte.synced with input.content as {"connector": "dlt"}
	not airbyte.synced with input.content as {"selected": false}
	not airbyte.synced with input.content as null
	airbyte.selected with input.content as {"connector": "dlt"}
	airbyte.synced with input.content as {"connector": "airbyte", "selected": true}
}

test_sound if {
	errors := [{"field": ["sync_mode"], "message": "…"}, {"field": [], "message": "…"}]
	not airbyte.sound("sync_mode") with input.schema_errors as errors
	airbyte.sound("cursor_field") with input.schema_errors as errors
}
