package your_domain.your_rule_test

import data.your_domain.your_rule

judged(email) := found if {
	found := your_rule.deny with input as {
		"kind": "approval",
		"path": ".lotus-gate.yaml",
		"change": "changed",
		"committer": {"name": "Ada", "email": email},
	}
		with data.parameters as {"your_domain/your_rule": {"domain": "@example.com"}}
}

# Compare the whole set, so that a finding too many is seen as well.
test_private if {
	judged("ada@home.example.org") == {{"message": ".lotus-gate.yaml was changed by ada@home.example.org"}}
}

test_at_work_passes if judged("ada@example.com") == set()
