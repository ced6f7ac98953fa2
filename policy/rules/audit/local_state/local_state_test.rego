package audit.local_state_test

import data.audit.local_state
import data.lib.sample

kind := {"kind": "resource"}

test_one_id_twice if {
	local_state.deny == {{
		"message": `connection "Shopify → Lake" (c1) is claimed by Secret lake/tfstate-default-lake as airbyte_connection.shopify and by file terraform.tfstate as airbyte_connection.shopify`,
		"steps": [],
	}} with input as sample.resource(object.union(kind, {"claims": [sample.claim("c1"), sample.stray("c1")]}))
}

test_two_ids if {
	local_state.deny == {{
		"message": "airbyte_connection.shopify is c1 in Secret lake/tfstate-default-lake and c2 in file terraform.tfstate",
		"steps": [],
	}} with input as sample.resource(object.union(kind, {"rivals": [sample.stray("c2")]}))
	local_state.deny == {{
		"message": "airbyte_connection.shopify is there in Secret lake/tfstate-default-lake and there in file terraform.tfstate",
		"steps": [],
	}} with input as sample.resource(object.union(kind, {"claims": [sample.claim(null)], "rivals": [sample.stray(null)]}))
}

file := {
	"kind": "state", "path": "terraform/terraform.tfstate", "origin": "file terraform/terraform.tfstate", "file": true, "named": false, "owned": false,
	"terraform": null, "missing": false, "applied": null, "created": null, "lineage": "l2", "serial": 4, "resources": 5, "others": [], "before": null,
	"copy_of": null,
}

remove := [{"do": "remove_file", "args": ["terraform/terraform.tfstate"]}]

test_in_the_checkout if {
	local_state.deny == {{
		"message": "file terraform/terraform.tfstate lies in the checkout: somebody ran Terraform beside tofu-controller",
		"steps": remove,
	}} with input as file
	local_state.deny == {{
		"message": "file terraform/terraform.tfstate lies in the checkout, a copy of Secret lake/a: somebody ran Terraform beside tofu-controller",
		"steps": remove,
	}} with input as object.union(file, {"copy_of": "Secret lake/a"})
}

test_fine if {
	local_state.deny == set() with input as sample.resource(kind)
	copies := [sample.claim("c1"), object.union(sample.stray("c1"), {"lineage": "l1"})]
	local_state.deny == set() with input as sample.resource(object.union(kind, {"claims": copies}))
	local_state.deny == set() with input as object.union(file, {"named": true})
	local_state.deny == set() with input as object.union(file, {"owned": true})
	local_state.deny == set() with input as object.union(file, {"file": false})
}
