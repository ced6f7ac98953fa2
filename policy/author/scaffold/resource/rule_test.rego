package your_domain.your_rule_test

import data.your_domain.your_rule

judged(status) := found if {
	airbyte := {"id": "c-1", "name": "Shop", "status": status}
	found := your_rule.deny with input as {"kind": "resource", "role": "connection", "name": "Shop", "airbyte": airbyte}
}

# Compare the whole set, so that a finding too many is seen as well.
test_inactive if {
	steps := [{"do": "note", "args": ["switch it on in Airbyte, or remove it in git"]}]
	judged("inactive") == {{"message": "connection Shop is switched off in Airbyte", "steps": steps}}
}

test_active_passes if judged("active") == set()
