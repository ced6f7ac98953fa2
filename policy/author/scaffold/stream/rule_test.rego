package your_domain.your_rule_test

import data.your_domain.your_rule

judged(content) := found if {
	found := your_rule.deny with input as {"kind": "stream", "source": "shop", "name": "orders", "content": content}
}

# Compare the whole set, so that a finding too many is seen as well.
test_full_refresh if {
	judged({"sync_mode": "full_refresh"}) == {{"message": "stream orders copies every row at each sync", "field": ["sync_mode"]}}
}

# Content is whatever the file holds: a rule that does not understand it stays silent.
test_others_pass if {
	every content in [{"sync_mode": "incremental"}, {}, ["full_refresh"], "full_refresh", null] {
		judged(content) == set()
	}
}
