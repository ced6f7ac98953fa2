package your_domain.your_rule_test

import data.your_domain.your_rule

judged(name) := found if {
	found := your_rule.deny with input as {"kind": "material", "path": ".terraform.tfstate.lock.info", "name": name, "found": []}
}

# Compare the whole set, so that a finding too many is seen as well.
test_lock if {
	judged("lock info") == {{"message": ".terraform.tfstate.lock.info was left by somebody who ran Terraform by hand"}}
}

test_others_pass if {
	every name in ["state", "plan", null] {
		judged(name) == set()
	}
}
