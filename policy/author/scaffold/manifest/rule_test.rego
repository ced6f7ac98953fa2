package your_domain.your_rule_test

import data.your_domain.your_rule

deployment(metadata) := {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata}

judged(manifest) := found if {
	found := your_rule.deny with input as {"kind": "manifest", "path": "deploy/web.yaml", "object": manifest, "encrypted": false}
		with data.parameters as {"your_domain/your_rule": {"labels": ["team"]}}
}

# Compare the whole set, so that a finding too many is seen as well.
test_no_label if {
	every metadata in [{"name": "web"}, {"name": "web", "labels": {"app": "web"}}] {
		judged(deployment(metadata)) == {{"message": "Deployment web has no label team", "field": ["metadata", "labels"]}}
	}
}

test_no_metadata if {
	judged(deployment("odd")) == {{"message": "Deployment without a name has no label team", "field": ["metadata", "labels"]}}
}

test_label_passes if judged(deployment({"name": "web", "labels": {"team": "lake"}})) == set()

test_other_kinds_pass if judged({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web"}}) == set()
