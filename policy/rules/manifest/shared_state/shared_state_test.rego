package manifest.shared_state_test

import data.manifest.shared_state

at(line) := {"path": "deploy/terraform.yaml", "line": line, "column": 1}

terraform(namespace, name, suffix, line) := {
	"namespace": namespace,
	"name": name,
	"workspace": "default",
	"suffix": suffix,
	"backend": "secret",
	"at": at(line),
}

judged(objects) := found if {
	found := shared_state.deny with input as {"kind": "workspace", "path": ".", "terraform_objects": objects}
}

test_one_suffix_for_two_objects if {
	judged([terraform("lake", "blue", "airbyte", 1), terraform("lake", "green", "airbyte", 9)]) == {{
		"message": "Terraform object lake/green keeps its state in Secret tfstate-default-airbyte, as lake/blue does",
		"at": at(9),
	}}
}

test_suffix_that_is_the_name_of_another if {
	judged([terraform("", "blue", "blue", 1), terraform("", "green", "blue", 9)]) == {{
		"message": "Terraform object green keeps its state in Secret tfstate-default-blue, as blue does",
		"at": at(9),
	}}
}

test_one_object_in_two_places_passes if {
	judged([terraform("lake", "blue", "airbyte", 1), terraform("lake", "blue", "airbyte", 9)]) == set()
}

test_different_states_pass if {
	blue := terraform("lake", "blue", "airbyte", 1)
	every other in [
		terraform("lake", "green", "green", 9),
		terraform("other", "green", "airbyte", 9),
		object.union(terraform("lake", "green", "airbyte", 9), {"workspace": "test"}),
	] {
		judged([blue, other]) == set()
	}
}

test_other_backends_are_not_judged if {
	every backend in ["custom", "disabled"] {
		other := object.union(terraform("lake", "green", "airbyte", 9), {"backend": backend})
		judged([terraform("lake", "blue", "airbyte", 1), other]) == set()
	}
}
