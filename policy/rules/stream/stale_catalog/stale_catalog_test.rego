package stream.stale_catalog_test

import data.stream.stale_catalog

path := "orchestration/dag/streams/shopify/_catalog.json"

at(file) := {"path": file, "line": 1, "column": 1}

parameters := {"stream/stale_catalog": {"differences": 3}}

source(state, differences) := {
	"source": "shopify",
	"streams": [{"name": "orders", "at": at("orchestration/dag/streams/shopify/orders.json"), "connector": "airbyte"}],
	"catalog": {"path": path, "state": state, "differences": differences, "error": null},
}

test_not_stale if {
	every state in ["fresh", "missing", "orphan", "none"] {
		stale_catalog.deny == set() with input as source(state, []) with data.parameters as parameters
	}
}

test_stale if {
	want := {{
		"message": "catalog of source shopify is stale: stream orders: selected_fields: total_price missing",
		"at": at(path),
	}}
	differences := ["stream orders: selected_fields: total_price missing"]
	stale_catalog.deny == want with input as source("stale", differences) with data.parameters as parameters
}

test_few_differences_are_named if {
	want := {{"message": "catalog of source shopify is stale: a; b; c; and 2 more", "at": at(path)}}
	stale_catalog.deny == want with input as source("stale", ["a", "b", "c", "d", "e"]) with data.parameters as parameters
}

test_catalog_does_not_parse if {
	doc := object.union(source("stale", []), {"catalog": {"error": {"message": "unexpected }", "at": at(path)}}})
	want := {{
		"message": "catalog of source shopify cannot be compared: unexpected }",
		"at": at(path),
		"remedy": "mend the file at that line, or discover the source again; then run `gate catalog --write`",
	}}
	stale_catalog.deny == want with input as doc with data.parameters as parameters
}

test_stream_does_not_parse if {
	error := {"message": "unexpected }", "at": at("orchestration/dag/streams/shopify/orders.json")}
	doc := object.union(source("stale", []), {"catalog": {"error": error}})
	stale_catalog.deny == set() with input as doc with data.parameters as parameters
}
