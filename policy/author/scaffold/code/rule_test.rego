package your_domain.your_rule_test

import data.your_domain.your_rule

at := {"path": "models/load.sql", "line": 1, "column": 1}

judged(what, name) := found if {
	found := your_rule.deny with input as {"kind": "code", "statements": [{"what": what, "name": name, "at": at}]}
		with data.parameters as {"your_domain/your_rule": {"extensions": ["ducklake", "httpfs"]}}
}

# Compare the whole set, so that a finding too many is seen as well.
test_unknown_extension if {
	judged("load", "spatial") == {{"message": "extension spatial is not among ducklake, httpfs", "at": at}}
}

test_known_extension_passes if judged("load", "httpfs") == set()

test_other_statements_pass if judged("set", "spatial") == set()
