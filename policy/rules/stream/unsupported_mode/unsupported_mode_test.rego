package stream.unsupported_mode_test

import data.stream.unsupported_mode

discovered := {
	"sync_modes": ["full_refresh", "incremental"], "destination_sync_modes": ["append", "append_dedup"],
	"cursor_field": ["updated_at"], "primary_key": [["shop"], ["id"]],
}

doc(content, found) := {
	"name": "orders", "content": content, "schema_errors": [],
	"discovered": object.union(discovered, found),
}

deduplicated := {"sync_mode": "incremental", "destination_sync_mode": "append_dedup"}

test_supported if {
	every settings in [
		{},
		{"cursor_field": [], "primary_key": []},
		{"cursor_field": ["updated_at"], "primary_key": [["id"], ["shop"]]},
	] {
		unsupported_mode.deny == set() with input as doc(object.union(deduplicated, settings), {})
	}
}

test_nothing_discovered if {
	unknown := {"sync_modes": [], "destination_sync_modes": []}
	unsupported_mode.deny == set() with input as doc(deduplicated, unknown)
	unsupported_mode.deny == set() with input as doc(deduplicated, {}) with input.discovered as null
}

test_unsupported_modes if {
	want := {
		{
			"message": "stream orders: sync_mode is incremental, but only full_refresh is supported",
			"field": ["sync_mode"],
		},
		{
			"message": "stream orders: destination_sync_mode is append_dedup, but only overwrite or append is supported",
			"field": ["destination_sync_mode"],
		},
	}
	unsupported_mode.deny == want with input as doc(deduplicated, {
		"sync_modes": ["full_refresh"],
		"destination_sync_modes": ["overwrite", "append"],
	})
}

test_default_counts_for_airbyte_only if {
	want := {{
		"message": "stream orders: destination_sync_mode is overwrite, but only append or append_dedup is supported",
		"field": ["destination_sync_mode"],
	}}
	unsupported_mode.deny == want with input as doc({}, {})
	unsupported_mode.deny == set() with input as doc({"connector": "dlt"}, {})
}

test_dlt if {
	offer := {"destination_sync_modes": ["append", "merge"]}
	merged := {"connector": "dlt", "destination_sync_mode": "merge"}
	unsupported_mode.deny == set() with input as doc(merged, offer)
	unsupported_mode.deny == set() with input as doc({"connector": "dlt", "selected": false, "sync_mode": "incremental"}, {})
	want := {{
		"message": "stream orders: destination_sync_mode is merge, but only append or append_dedup is supported",
		"field": ["destination_sync_mode"],
	}}
	unsupported_mode.deny == want with input as doc(merged, {})
}

test_overrides if {
	own := object.union(deduplicated, {"cursor_field": ["created_at"], "primary_key": [["id"]]})
	want := {
		{
			"message": `stream orders: cursor_field ["created_at"] overrides ["updated_at"], which the source prescribes`,
			"field": ["cursor_field"],
		},
		{
			"message": `stream orders: primary_key [["id"]] overrides [["shop"],["id"]], which the source prescribes`,
			"field": ["primary_key"],
		},
	}
	unsupported_mode.deny == want with input as doc(own, {})
	unsupported_mode.deny == set() with input as doc(own, {"cursor_field": [], "primary_key": []})
}

test_unused_cursor_and_key if {
	own := {
		"sync_mode": "full_refresh", "destination_sync_mode": "append",
		"cursor_field": ["created_at"], "primary_key": [["id"]],
	}
	unsupported_mode.deny == set() with input as doc(own, {})
}

test_left_to_the_schema if {
	own := {
		"sync_mode": "incremental", "destination_sync_mode": "apend",
		"cursor_field": "updated_at", "primary_key": "id",
	}
	errors := [{"field": [name], "message": "…"} | some name in ["destination_sync_mode", "cursor_field", "primary_key"]]
	unsupported_mode.deny == set() with input as doc(own, {}) with input.schema_errors as errors
}
