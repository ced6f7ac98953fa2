package audit.orphan_test

import data.audit.orphan
import data.lib.sample

alone := {"claims": [], "git": null, "terraform": null, "address": null, "type": null}

test_made_by_hand if {
	orphan.deny == {{
		"message": `connection "Shopify → Lake" (c1) is in Airbyte, and no state that Terraform applies has it`,
		"steps": [{"do": "delete", "args": ["connection", "c1"]}],
	}} with input as sample.resource(alone)
}

test_declared_in_git if {
	adopt := {"address": "airbyte_connection.shopify", "module": "terraform", "at": sample.at}
	orphan.deny == {{
		"message": `connection "Shopify → Lake" (c1) is in Airbyte, and no state that Terraform applies has it; airbyte_connection.shopify would make a second one`,
		"steps": [{"do": "import", "args": ["terraform", "airbyte_connection.shopify", "c1"]}],
	}} with input as sample.resource(object.union(alone, {"adopt": adopt}))
}

test_in_another_state if {
	orphan.deny == {{
		"message": `connection "Shopify → Lake" (c1) is in Airbyte, and no state that Terraform applies has it; only file terraform.tfstate has it`,
		"steps": [{"do": "delete", "args": ["connection", "c1"]}],
	}} with input as sample.resource(object.union(alone, {"claims": [sample.stray("c1")]}))
}

test_used if {
	used := object.union(sample.connection("s1"), {"name": "Shopify", "source": null, "destination": null, "used_by": [
		{"id": "c0", "name": "by hand", "owned": false},
		{"id": "c1", "name": "Shopify → Lake", "owned": true},
	]})
	orphan.deny == {{
		"message": `source "Shopify" (s1) is in Airbyte, and no state that Terraform applies has it; connection "Shopify → Lake", which Terraform manages, uses it`,
		"steps": [{"do": "note", "args": ["declare it in git, with an import block: a connection that Terraform manages uses it"]}],
	}} with input as sample.resource(object.union(alone, {"role": "source", "airbyte": used}))
}

test_fine if {
	orphan.deny == set() with input as sample.managed
	orphan.deny == set() with input as sample.resource({"airbyte": null, "claims": []})
	partly := object.union(alone, {"read": {"git": true, "state": false, "airbyte": true}})
	orphan.deny == set() with input as sample.resource(partly)
}
