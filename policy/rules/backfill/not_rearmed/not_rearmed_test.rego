package backfill.not_rearmed_test

import data.backfill.not_rearmed

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

judged(flags, base) := found if {
	found := not_rearmed.deny with input as source({"backfill": flags, "base": base})
}

test_another_flag_is_still_on if {
	judged([flag({"new": true}), flag({"stream": "refunds"})], {"backfill": ["refunds"]}) == {{
		"message": "backfill of stream orders starts nothing: source shopify was not at rest, backfill was on for refunds",
		"at": at,
	}}
}

test_the_other_is_turned_off_in_the_same_push if {
	judged([flag({"new": true})], {"backfill": ["customers", "refunds"]}) == {{
		"message": concat("", [
			"backfill of stream orders starts nothing: source shopify was not at rest, ",
			"backfill was on for customers, refunds",
		]),
		"at": at,
	}}
}

test_source_at_rest_passes if judged([flag({"new": true})], {"backfill": []}) == set()

test_two_at_once_pass if {
	judged([flag({"new": true}), flag({"stream": "refunds", "new": true})], {"backfill": []}) == set()
}

test_flags_that_stay_on_pass if judged([flag({})], {"backfill": ["orders"]}) == set()

test_no_base_passes if judged([flag({"new": true})], null) == set()

test_dlt_is_for_another_rule if {
	judged([flag({"new": true, "connector": "dlt"})], {"backfill": ["refunds"]}) == set()
}
