package stream.invalid_modes_test

import data.stream.invalid_modes

modes(sync, destination) := {"name": "orders", "content": {"sync_mode": sync, "destination_sync_mode": destination}}

test_valid_pairs if {
	every pair in [
		["incremental", "append"], ["incremental", "append_dedup"],
		["full_refresh", "append"], ["full_refresh", "overwrite"],
	] {
		invalid_modes.deny == set() with input as modes(pair[0], pair[1])
	}
}

test_invalid_pairs if {
	every pair in [["incremental", "overwrite"], ["full_refresh", "append_dedup"]] {
		message := sprintf("stream orders: sync_mode %s does not go with destination_sync_mode %s", pair)
		want := {{"message": message, "field": ["destination_sync_mode"]}}
		invalid_modes.deny == want with input as modes(pair[0], pair[1])
	}
}

test_default_counts if {
	want := {{
		"message": "stream orders: sync_mode incremental does not go with destination_sync_mode overwrite",
		"field": ["destination_sync_mode"],
	}}
	invalid_modes.deny == want with input as {"name": "orders", "content": {"sync_mode": "incremental"}}
	invalid_modes.deny == set() with input as {"name": "orders", "content": {}}
}

test_only_what_airbyte_syncs if {
	doc := modes("incremental", "overwrite")
	invalid_modes.deny == set() with input as object.union(doc, {"content": {"connector": "dlt"}})
	invalid_modes.deny == set() with input as object.union(doc, {"content": {"selected": false}})
}
