package your_domain.your_rule_test

import data.your_domain.your_rule

at := {"path": "deploy/web.yaml", "line": 1, "column": 1}

judged(namespace) := found if {
	use := {"namespace": namespace, "secret": "s3", "key": "k", "variable": "K", "object": "Deployment web", "at": at}
	found := your_rule.deny with input as {"kind": "workspace", "secret_uses": [use]}
}

# Compare the whole set, so that a finding too many is seen as well.
test_default if {
	judged("default") == {{"message": "Deployment web uses Secret s3 in the namespace default", "at": at}}
}

test_others_pass if judged("lake") == set()
