package your_domain.your_rule_test

import data.your_domain.your_rule

at := {"path": ".lotus-gate.yaml", "line": 3, "column": 5}

judged(reason) := found if {
	found := your_rule.deny with input as {"kind": "waiver", "rule": "secrets/legacy_name", "reason": reason, "at": at}
		with data.parameters as {"your_domain/your_rule": {"shortest": 10}}
}

# Compare the whole set, so that a finding too many is seen as well.
test_short if {
	judged("because") == {{"message": `"because" is no reason to waive secrets/legacy_name`, "at": at}}
}

test_long_passes if judged("renamed with the next release") == set()
