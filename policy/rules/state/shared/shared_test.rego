package state.shared_test

import data.state.shared

terraform(spec) := {
	"apiVersion": "infra.contrib.fluxcd.io/v1alpha2",
	"kind": "Terraform",
	"metadata": {"name": "green", "namespace": "lake"},
	"spec": spec,
}

live(name, suffix) := {
	"namespace": "lake",
	"name": name,
	"workspace": "default",
	"suffix": suffix,
	"backend": "secret",
	"service_account": "tf-runner",
}

request(spec, others) := {
	"kind": "request",
	"operation": "CREATE",
	"namespace": "lake",
	"name": "green",
	"object": terraform(spec),
	"old_object": null,
	"live": {"terraforms": others, "missing": [], "state": null},
}

update(old, new, others) := object.union(request(new, others), {"operation": "UPDATE", "old_object": terraform(old)})

judged(document) := found if found := shared.deny with input as document

airbyte := {"backendConfig": {"secretSuffix": "airbyte"}}

refused := {{
	"message": "Terraform object lake/green keeps its state in Secret tfstate-default-airbyte, as lake/blue does",
	"field": ["spec", "backendConfig", "secretSuffix"],
}}

test_the_suffix_of_another if judged(request(airbyte, [live("red", "airbyte"), live("blue", "airbyte")])) == refused

test_a_name_that_is_the_suffix_of_another if {
	judged(request({}, [live("blue", "green")])) == {{
		"message": "Terraform object lake/green keeps its state in Secret tfstate-default-green, as lake/blue does",
		"field": ["metadata", "name"],
	}}
}

test_moved_to_the_state_of_another if judged(update({}, airbyte, [live("blue", "airbyte")])) == refused

test_moved_from_a_backend_of_its_own if {
	own := {"backendConfig": {"customConfiguration": "backend \"s3\" {}"}}
	judged(update(own, airbyte, [live("blue", "airbyte")])) == refused
}

test_one_that_shares_already_can_be_changed if {
	judged(update(airbyte, object.union(airbyte, {"suspend": true}), [live("blue", "airbyte")])) == set()
}

test_different_states_pass if {
	every other in [
		live("blue", "blue"),
		object.union(live("blue", "airbyte"), {"workspace": "test"}),
		object.union(live("blue", "airbyte"), {"backend": "custom"}),
	] {
		judged(request(airbyte, [other])) == set()
	}
}

test_no_state_in_a_secret_passes if {
	judged(request({"backendConfig": {"secretSuffix": "airbyte", "disable": true}}, [live("blue", "airbyte")])) == set()
}

test_other_kinds_pass if {
	other := object.union(request(airbyte, [live("blue", "airbyte")]), {"object": {"apiVersion": "v1"}})
	judged(other) == set()
}
