package backfill.resets_siblings_test

import data.backfill.resets_siblings

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

reset := {"address": "null_resource.shopify_backfill"}

judged(flags, resets) := found if {
	found := resets_siblings.deny with input as source({"backfill": flags, "resets": resets})
}

test_siblings_are_named if {
	judged([flag({"siblings": ["refunds", "customers"]})], [reset]) == {{
		"message": "backfill of orders also resets customers, refunds",
		"at": at,
	}}
}

test_streams_that_asked_are_not_siblings if {
	other := object.union(at, {"line": 9})
	flags := [
		flag({"stream": "refunds", "siblings": ["customers", "orders"], "at": other}),
		flag({"siblings": ["customers", "refunds"]}),
	]
	judged(flags, [reset]) == {{"message": "backfill of orders, refunds also resets customers", "at": at}}
}

test_only_stream_passes if judged([flag({})], [reset]) == set()

test_all_asked_passes if {
	judged([flag({"siblings": ["refunds"]}), flag({"stream": "refunds", "siblings": ["orders"]})], [reset]) == set()
}

test_no_reset_no_siblings if judged([flag({"siblings": ["refunds"]})], []) == set()

test_dlt_resets_nothing if judged([flag({"connector": "dlt", "siblings": ["refunds"]})], [reset]) == set()
