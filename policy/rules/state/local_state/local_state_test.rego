package state.local_state_test

import data.state.local_state

test_ignored_state if {
	found := local_state.deny with input as {
		"kind": "material", "path": "infra/terraform.tfstate",
		"name": "state", "found": [], "ignored": true,
	}
	found == {{
		"message": "infra/terraform.tfstate lies in the working tree: someone ran Terraform here",
		"at": {"path": "infra/terraform.tfstate", "line": 1, "column": 1},
	}}
}

test_other_material if {
	found := local_state.deny with input as {"kind": "material", "path": "infra/terraform.tfstate", "name": "state", "found": []}
	found == set()
}
