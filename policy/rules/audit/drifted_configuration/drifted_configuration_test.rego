package audit.drifted_configuration_test

import data.audit.drifted_configuration
import data.lib.sample

test_read_back if {
	drifted_configuration.deny == {{
		"message": `connection "Shopify → Lake" (c1) differs in Airbyte from what Terraform set: prefix, status`,
		"steps": sample.reconcile,
	}} with input as sample.resource({"differences": ["prefix", "status"]})
}

test_never_read_back if {
	drifted_configuration.deny == {{
		"message": `connection "Shopify → Lake" (c1) differs in Airbyte from what Terraform set: name, configuration.shop`,
		"steps": [{"do": "note", "args": ["set these fields in Airbyte as git has them, or change git: Terraform does not see them"]}],
	}} with input as sample.resource({"differences": ["name", "configuration.shop"]})
}

test_fine if drifted_configuration.deny == set() with input as sample.managed
