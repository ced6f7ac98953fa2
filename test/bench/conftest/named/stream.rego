# Five rules on stream files under names of their own, as users of conftest write them.
package main

import rego.v1

deny_schema contains "stream must be a name" if not is_string(input.stream)

deny_schema contains sprintf("fields of %s must be an object", [input.stream]) if not is_object(input.fields)

deny_schema contains sprintf("%s: unknown key %s", [input.stream, key]) if {
	some key, _ in input
	not key in {
		"stream", "sync_mode", "destination_sync_mode", "primary_key", "cursor_field",
		"selected", "fields", "backfill", "connector", "schedule", "initial_value",
	}
}

deny_invalid_modes contains sprintf("%s: %s cannot be loaded by %s", [input.stream, input.sync_mode, input.destination_sync_mode]) if {
	[input.sync_mode, input.destination_sync_mode] in [["incremental", "overwrite"], ["full_refresh", "append_dedup"]]
}

deny_missing_cursor contains sprintf("%s: an incremental stream needs a cursor", [input.stream]) if {
	input.sync_mode == "incremental"
	count(object.get(input, "cursor_field", [])) == 0
}

deny_missing_key contains sprintf("%s: deduplication needs a primary key", [input.stream]) if {
	input.destination_sync_mode == "append_dedup"
	count(object.get(input, "primary_key", [])) == 0
}

deny_name_mismatch contains sprintf("%s: the file is called %s", [input.stream, name]) if {
	parts := split(data.conftest.file.name, "/")
	name := parts[count(parts) - 1]
	name != sprintf("%s.json", [input.stream])
}
