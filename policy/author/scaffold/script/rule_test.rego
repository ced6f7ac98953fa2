package your_domain.your_rule_test

import data.your_domain.your_rule

at := {"path": "Makefile", "line": 2, "column": 1}

judged(text) := found if {
	found := your_rule.deny with input as {"kind": "script", "path": "Makefile", "lines": [{"text": text, "at": at}]}
}

# Compare the whole set, so that a finding too many is seen as well.
test_import if {
	every text in ["terraform import a.b id", "cd x && tofu  import a.b id"] {
		judged(text) == {{"message": "this imports into a state that nobody reviews", "at": at}}
	}
}

test_others_pass if {
	every text in ["terraform validate", "terraform important"] {
		judged(text) == set()
	}
}
