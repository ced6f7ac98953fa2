package audit.unapplied_test

import data.audit.unapplied
import data.lib.sample

new := {"claims": [], "airbyte": null, "terraform": null}

test_not_applied if {
	unapplied.deny == {{
		"message": "airbyte_connection.shopify is in git and not in Secret lake/tfstate-default-lake",
		"steps": sample.reconcile, "at": sample.at,
	}} with input as sample.resource(new)
}

test_of_no_terraform_object if {
	by_hand := object.union(new, {"git": object.union(sample.block, {"terraform": null, "state": "file a.tfstate"})})
	unapplied.deny == {{
		"message": "airbyte_connection.shopify is in git and not in file a.tfstate",
		"steps": [{"do": "note", "args": ["have Terraform apply it"]}], "at": sample.at,
	}} with input as sample.resource(by_hand)
}

test_there_already if {
	adopt := {"address": "airbyte_connection.shopify", "module": "terraform", "at": sample.at, "id": "c7"}
	unapplied.deny == {{
		"message": "airbyte_connection.shopify is in git and not in Secret lake/tfstate-default-lake; Airbyte has one of its name already (c7)",
		"steps": [{"do": "import", "args": ["terraform", "airbyte_connection.shopify", "c7"]}], "at": sample.at,
	}} with input as sample.resource(object.union(new, {"adopt": adopt}))
}

test_fine if {
	unapplied.deny == set() with input as sample.managed
	unapplied.deny == set() with input as sample.resource({"git": null, "claims": []})
	unapplied.deny == set() with input as sample.resource(object.union(new, {"git": object.union(sample.block, {"repeated": true})}))
	unapplied.deny == set() with input as sample.resource(object.union(new, {"git": object.union(sample.block, {"state": null})}))
	unapplied.deny == set() with input as sample.resource(object.union(new, {"read": {"git": true, "state": false, "airbyte": true}}))
}
