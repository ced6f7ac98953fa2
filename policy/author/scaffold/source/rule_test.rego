package your_domain.your_rule_test

import data.your_domain.your_rule

at := {"path": "orchestration/dag/streams/shop/Orders.json", "line": 1, "column": 1}

judged(name) := found if {
	found := your_rule.deny with input as {"kind": "source", "source": "shop", "streams": [{"name": name, "at": at}]}
}

# Compare the whole set, so that a finding too many is seen as well.
test_capitals if {
	judged("Orders") == {{"message": "stream Orders of shop has capitals in its name", "at": at}}
}

test_small_letters_pass if judged("orders") == set()
