package your_domain.your_rule_test

import data.your_domain.your_rule

judged(approve) := found if {
	terraform := {"namespace": "lake", "name": "airbyte"}
	found := your_rule.deny with input as {"kind": "delivery", "terraform": terraform, "approve": approve}
}

# Compare the whole set, so that a finding too many is seen as well.
test_by_hand if {
	judged("") == {{"message": "Terraform lake/airbyte does not apply by itself"}}
}

test_auto_passes if judged("auto") == set()
