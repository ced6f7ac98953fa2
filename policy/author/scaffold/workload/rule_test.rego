package your_domain.your_rule_test

import data.your_domain.your_rule

judged(running) := found if {
	workload := {"kind": "Deployment", "namespace": "lake", "name": "cube"}
	found := your_rule.deny with input as {"kind": "workload", "workload": workload, "running": running}
}

# Compare the whole set, so that a finding too many is seen as well.
test_none if judged(0) == {{"message": "no pod of Deployment lake/cube runs"}}

test_some_pass if judged(2) == set()
