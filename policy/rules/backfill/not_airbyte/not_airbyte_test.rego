package backfill.not_airbyte_test

import data.backfill.not_airbyte

at := {"path": "orchestration/dag/streams/shopify/orders.json", "line": 5, "column": 3}

flag(facts) := object.union(
	{
		"stream": "orders",
		"at": at,
		"connector": "airbyte",
		"since": "2026-01-01T00:00:00Z",
		"set_by": "c0ffee",
		"age_seconds": 3600,
		"shallow": false,
		"new": false,
		"siblings": [],
	},
	facts,
)

source(facts) := object.union(
	{"kind": "source", "path": "orchestration/dag/streams/shopify", "source": "shopify", "base": null, "changed": []},
	facts,
)

judged(flags) := found if found := not_airbyte.deny with input as source({"backfill": flags})

test_dlt if {
	judged([flag({"connector": "dlt"})]) == {{
		"message": "backfill of stream orders starts nothing: dlt loads it, not Airbyte",
		"at": at,
	}}
}

test_airbyte_passes if judged([flag({})]) == set()

test_no_flag_passes if judged([]) == set()
