package your_domain.your_rule_test

import data.your_domain.your_rule

judged(resources) := found if {
	found := your_rule.deny with input as {"kind": "state", "origin": "Secret lake/tfstate-default-lake", "resources": resources}
		with data.parameters as {"your_domain/your_rule": {"most": 500}}
}

# Compare the whole set, so that a finding too many is seen as well.
test_many if {
	judged(501) == {{"message": "Secret lake/tfstate-default-lake has 501 resources, and 500 are enough"}}
}

test_enough_passes if judged(500) == set()
