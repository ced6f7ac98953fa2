package backfill.uncovered_test

import data.backfill.uncovered

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

judged(flags, resets) := found if {
	found := uncovered.deny with input as source({"backfill": flags, "resets": resets})
}

test_no_reset_reads_the_directory if {
	judged([flag({})], []) == {{
		"message": concat("", [
			"backfill of stream orders starts nothing: ",
			"no reset resource in Terraform reads orchestration/dag/streams/shopify",
		]),
		"at": at,
	}}
}

test_covered_passes if judged([flag({})], [{"address": "null_resource.shopify_backfill"}]) == set()

test_no_flag_passes if judged([], []) == set()

test_dlt_is_for_another_rule if judged([flag({"connector": "dlt"})], []) == set()
