package stream.missing_cursor_test

import data.stream.missing_cursor

incremental := {
	"name": "orders", "discovered": null,
	"content": {"sync_mode": "incremental", "destination_sync_mode": "append"},
}

want := {{
	"message": "stream orders is incremental, but neither it nor its source names a cursor",
	"field": ["sync_mode"],
}}

test_no_cursor if {
	missing_cursor.deny == want with input as incremental
	missing_cursor.deny == want with input as object.union(incremental, {"content": {"cursor_field": []}})
	missing_cursor.deny == want with input as object.union(incremental, {"discovered": {"cursor_field": []}})
}

test_own_cursor if {
	missing_cursor.deny == set() with input as object.union(incremental, {"content": {"cursor_field": ["updated_at"]}})
}

test_the_sources_cursor if {
	missing_cursor.deny == set() with input as object.union(incremental, {"discovered": {"cursor_field": ["updated_at"]}})
}

test_not_needed if {
	every content in [{"sync_mode": "full_refresh"}, {"connector": "dlt"}, {"selected": false}] {
		missing_cursor.deny == set() with input as object.union(incremental, {"content": content})
	}
}
