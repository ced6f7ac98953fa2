package backfill.mixed_change_test

import data.backfill.mixed_change

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

judged(flags, changed) := found if {
	found := mixed_change.deny with input as source({"backfill": flags, "changed": changed})
}

connections := "orchestration/airbyte/terraform/connections.tf"

test_flag_and_connection_in_one_change if {
	judged([flag({"new": true})], [connections]) == {{
		"message": "backfill of orders is turned on together with other changes: orchestration/airbyte/terraform/connections.tf",
		"at": at,
	}}
}

test_one_finding_for_all_flags_of_a_source if {
	other := object.union(at, {"line": 9})
	judged([flag({"new": true, "stream": "refunds", "at": other}), flag({"new": true})], ["b", "a"]) == {{
		"message": "backfill of orders, refunds is turned on together with other changes: a, b",
		"at": at,
	}}
}

test_the_flag_alone_passes if judged([flag({"new": true})], []) == set()

test_changes_while_a_flag_stays_on_pass if judged([flag({})], [connections]) == set()

test_changes_without_a_flag_pass if judged([], [connections]) == set()

test_dlt_is_for_another_rule if judged([flag({"new": true, "connector": "dlt"})], [connections]) == set()
