package stream.unselected_cursor_or_key_test

import data.stream.unselected_cursor_or_key as unselected

doc(names) := {
	"name": "orders", "discovered": null,
	"content": {
		"sync_mode": "incremental", "destination_sync_mode": "append_dedup",
		"cursor_field": ["updated_at"], "primary_key": [["shop"], ["id"]],
		"fields": {name: {"type": "string"} | some name in names},
	},
}

cursor := {
	"message": "stream orders: its cursor updated_at is not among the selected fields",
	"field": ["fields"],
}

shop := {
	"message": "stream orders: column shop of its key is not among the selected fields",
	"field": ["fields"],
}

test_selected if unselected.deny == set() with input as doc(["id", "shop", "updated_at"])

test_unselected if unselected.deny == {cursor, shop} with input as doc(["id"])

test_nested_cursor_needs_its_column if {
	nested := {"content": {"cursor_field": ["attributes", "updated_at"]}}
	unselected.deny == set() with input as object.union(doc(["id", "shop", "attributes"]), nested)
}

test_the_sources_cursor if {
	bare := {
		"name": "orders",
		"content": {"sync_mode": "incremental", "destination_sync_mode": "append", "fields": {"id": {"type": "integer"}}},
		"discovered": {"cursor_field": ["updated_at"], "primary_key": [["shop"]]},
	}
	unselected.deny == {cursor} with input as bare
}

test_not_needed if {
	every content in [
		{"sync_mode": "full_refresh", "destination_sync_mode": "append"},
		{"connector": "dlt"},
		{"selected": false},
		{"cursor_field": "updated_at", "primary_key": ["shop"]},
		{"fields": ["id"]},
	] {
		unselected.deny == set() with input as object.union(doc(["id"]), {"content": content})
	}
}
