package backfill.overdue_test

import data.backfill.overdue

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

judged(flags, max_age) := found if {
	found := overdue.deny with input as source({"backfill": flags})
		with data.parameters as {"backfill/overdue": {"max_age": max_age}}
}

test_older_than_max_age if {
	judged([flag({"age_seconds": 259201})], "72h") == {{
		"message": "backfill of stream orders has been on for 3 days, since commit c0ffee",
		"at": at,
	}}
}

test_commits_are_told_in_twelve_digits if {
	judged([flag({"age_seconds": 259201, "set_by": "0123456789abcdef0123456789abcdef01234567"})], "72h") == {{
		"message": "backfill of stream orders has been on for 3 days, since commit 0123456789ab",
		"at": at,
	}}
}

test_old_by_nobody_knows_whom if {
	judged([flag({"age_seconds": 259201, "set_by": null})], "72h") == {{
		"message": "backfill of stream orders has been on for 3 days",
		"at": at,
	}}
}

test_days_are_told_in_hours_at_first if {
	judged([flag({"age_seconds": 7200})], "1h") == {{
		"message": "backfill of stream orders has been on for 2 hours, since commit c0ffee",
		"at": at,
	}}
}

test_exactly_max_age_passes if judged([flag({"age_seconds": 259200})], "72h") == set()

test_uncommitted_passes if judged([flag({"age_seconds": 0, "since": null, "set_by": null, "new": true})], "72h") == set()

test_no_flag_passes if judged([], "72h") == set()

test_each_overdue_flag if {
	other := object.union(at, {"line": 9})
	flags := [flag({"age_seconds": 864000}), flag({"stream": "refunds", "age_seconds": 864000, "at": other}), flag({})]
	judged(flags, "72h") == {
		{"message": "backfill of stream orders has been on for 10 days, since commit c0ffee", "at": at},
		{"message": "backfill of stream refunds has been on for 10 days, since commit c0ffee", "at": other},
	}
}

test_cut_history_cannot_clear_a_flag if {
	judged([flag({"shallow": true})], "72h") == {{
		"message": "backfill of stream orders has been on since before the history at hand begins",
		"at": at,
		"remedy": "fetch the whole history, `git fetch --unshallow` (in CI: `fetch-depth: 0`), or turn the flag off",
	}}
}

test_cut_history_can_convict if {
	judged([flag({"shallow": true, "age_seconds": 864000})], "72h") == {{
		"message": "backfill of stream orders has been on for at least 10 days",
		"at": at,
	}}
}
