package stream.orphan_catalog_test

import data.stream.orphan_catalog

at := {"path": "orchestration/dag/streams/klaviyo/_catalog.json", "line": 1, "column": 1}

source(state, readers) := {
	"source": "klaviyo", "streams": [],
	"catalog": {"path": at.path, "state": state},
	"readers": [{"address": address} | some address in readers],
}

test_not_orphan if {
	every state in ["fresh", "stale", "missing", "none"] {
		orphan_catalog.deny == set() with input as source(state, [])
	}
}

test_orphan if {
	want := {{"message": "source klaviyo has a catalog but no stream files", "at": at}}
	orphan_catalog.deny == want with input as source("orphan", [])
}

test_orphan_that_is_read if {
	want := {{
		"message": "source klaviyo has a catalog but no stream files; it is read by airbyte_connection.a, airbyte_connection.b",
		"at": at,
	}}
	orphan_catalog.deny == want with input as source("orphan", ["airbyte_connection.b", "airbyte_connection.a"])
}
