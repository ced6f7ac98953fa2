package stream.missing_catalog_test

import data.stream.missing_catalog

at(file) := {"path": file, "line": 1, "column": 1}

source(state) := {
	"source": "shopify",
	"streams": [
		{"name": "events", "at": at("orchestration/dag/streams/shopify/events.json"), "connector": "dlt"},
		{"name": "orders", "at": at("orchestration/dag/streams/shopify/orders.json"), "connector": "airbyte"},
		{"name": "refunds", "at": at("orchestration/dag/streams/shopify/refunds.json"), "connector": "airbyte"},
	],
	"catalog": {"path": "orchestration/dag/streams/shopify/_catalog.json", "state": state},
}

test_not_missing if {
	every state in ["fresh", "stale", "orphan", "none"] {
		missing_catalog.deny == set() with input as source(state)
	}
}

test_missing if {
	message := concat(" ", [
		"source shopify has Airbyte streams (orders, refunds)",
		"but no orchestration/dag/streams/shopify/_catalog.json",
	])
	want := {{"message": message, "at": at("orchestration/dag/streams/shopify/orders.json")}}
	missing_catalog.deny == want with input as source("missing")
}
