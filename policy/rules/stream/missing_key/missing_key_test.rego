package stream.missing_key_test

import data.stream.missing_key

deduplicated := {
	"name": "orders", "discovered": null,
	"content": {"sync_mode": "incremental", "destination_sync_mode": "append_dedup"},
}

want := {{
	"message": "stream orders is deduplicated, but neither it nor its source names a primary key",
	"field": ["destination_sync_mode"],
}}

test_no_key if {
	missing_key.deny == want with input as deduplicated
	missing_key.deny == want with input as object.union(deduplicated, {"content": {"primary_key": []}})
	missing_key.deny == want with input as object.union(deduplicated, {"discovered": {"primary_key": []}})
}

test_own_key if {
	missing_key.deny == set() with input as object.union(deduplicated, {"content": {"primary_key": [["id"]]}})
}

test_the_sources_key if {
	missing_key.deny == set() with input as object.union(deduplicated, {"discovered": {"primary_key": [["id"]]}})
}

test_not_needed if {
	every content in [{"destination_sync_mode": "append"}, {"connector": "dlt"}, {"selected": false}] {
		missing_key.deny == set() with input as object.union(deduplicated, {"content": content})
	}
}
