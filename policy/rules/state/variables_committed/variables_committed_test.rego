package state.variables_committed_test

import data.state.variables_committed

file(facts) := object.union({"kind": "material", "path": "x", "name": null, "found": []}, facts)

at := {"path": "x", "line": 1, "column": 1}

test_by_name if {
	found := variables_committed.deny with input as file({"name": "variables"})
	found == {{"message": "x must not be committed: its name says Terraform variables"}}
}

test_sops_encrypted_passes if {
	found := variables_committed.deny with input as file({"name": "variables", "encrypted": true})
	found == set()
}

test_link if {
	found := variables_committed.deny with input as file({"link": {"target": "../prod.tfvars", "name": "variables"}})
	found == {{"message": "x must not be committed: it links to the Terraform variables in ../prod.tfvars"}}
}

test_link_named_like_variables_is_told_once if {
	found := variables_committed.deny with input as file({
		"name": "variables",
		"link": {"target": "../prod.tfvars", "name": "variables"},
	})
	found == {{"message": "x must not be committed: its name says Terraform variables"}}
}

test_in_an_archive if {
	found := variables_committed.deny with input as file({"found": [
		{"form": "variables", "via": ["zip:prod.tfvars"], "at": at, "detail": ""},
		{"form": "state v4", "via": ["zip:s"], "at": at, "detail": ""},
	]})
	found == {{"message": "x must not be committed: it holds Terraform variables in zip:prod.tfvars", "at": at}}
}

test_state_is_for_another_rule if {
	every facts in [{"name": "state"}, {"link": {"target": "a.tfstate", "name": "state"}}, {"lfs": true}] {
		found := variables_committed.deny with input as file(facts)
		found == set()
	}
}
