package your_domain.your_rule_test

import data.your_domain.your_rule

judged(operation, labels) := found if {
	found := your_rule.deny with input as {
		"kind": "request", "operation": operation, "user": {"name": "ada", "groups": []}, "namespace": "lake", "name": "layout",
		"object": null, "old_object": {"metadata": {"labels": labels}},
	}
}

# Compare the whole set, so that a finding too many is seen as well.
test_deletion if {
	judged("DELETE", {"keep": "true"}) == {{
		"message": "ada may not delete lake/layout, which is to be kept",
		"field": ["metadata", "labels", "keep"],
	}}
}

test_no_label_passes if judged("DELETE", {"app": "web"}) == set()

test_updates_pass if judged("UPDATE", {"keep": "true"}) == set()
