package your_domain.your_rule_test

import data.your_domain.your_rule

at := {"path": "orchestration/dag/streams/shop/orders.json", "line": 2, "column": 3}

judged(age) := found if {
	flag := {"stream": "orders", "at": at, "since": "2026-05-20T00:00:00Z", "age_seconds": age}
	found := your_rule.deny with input as {"kind": "backfill", "source": "shop", "flags": [flag]}
}

# Compare the whole set, so that a finding too many is seen as well.
test_forgotten if {
	judged(700000) == {{"message": "backfill of shop/orders is on since 2026-05-20T00:00:00Z", "at": at}}
}

test_new_passes if judged(3600) == set()

test_unknown_passes if judged(null) == set()
