package state.local_backend_test

import data.state.local_backend

at := {"path": "infra/main.tf", "line": 2, "column": 3}

root(facts) := object.union({"kind": "module", "path": "infra", "backend": null, "resources": []}, facts)

remote_state(mode, backend) := {
	"address": "data.terraform_remote_state.lake",
	"mode": mode,
	"type": "terraform_remote_state",
	"attributes": {"backend": {"at": at, "literal": true, "value": backend}},
}

test_local_backend if {
	found := local_backend.deny with input as root({"backend": {"type": "local", "at": at}})
	found == {{"message": "infra keeps its state in a local file, beside the state of tofu-controller", "at": at}}
}

test_no_backend_and_others_pass if {
	every backend in [null, {"type": "kubernetes", "at": at}, {"type": "s3", "at": at}] {
		found := local_backend.deny with input as root({"backend": backend})
		found == set()
	}
}

test_remote_state_in_a_local_file if {
	found := local_backend.deny with input as root({"resources": [remote_state("data", "local")]})
	remedy := concat(" ", [
		"delete the data block, and read what the other root's Terraform object writes to a Secret",
		"(`writeOutputsToSecret`) as a variable, through `varsFrom`",
	])
	message := "data.terraform_remote_state.lake reads the state of another root from a local file"
	found == {{"message": message, "at": at, "remedy": remedy}}
}

test_other_remote_state_passes if {
	every resource in [
		remote_state("data", "s3"), remote_state("managed", "local"),
		object.union(remote_state("data", "local"), {"type": "other"}),
	] {
		found := local_backend.deny with input as root({"resources": [resource]})
		found == set()
	}
}
