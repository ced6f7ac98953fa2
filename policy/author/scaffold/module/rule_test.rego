package your_domain.your_rule_test

import data.your_domain.your_rule

at := {"path": "terraform/main.tf", "line": 1, "column": 1}

judged(type) := found if {
	resource := {"address": sprintf("%s.a", [type]), "type": type, "at": at}
	found := your_rule.deny with input as {"kind": "module", "path": "terraform", "resources": [resource]}
}

# Compare the whole set, so that a finding too many is seen as well.
test_null_resource if {
	judged("null_resource") == {{"message": "null_resource.a runs commands that no plan shows", "at": at}}
}

test_others_pass if judged("airbyte_source") == set()
