package audit.duplicate_name_test

import data.audit.duplicate_name
import data.lib.sample

test_made_twice if {
	duplicate_name.deny == {{
		"message": `connection name "Shopify → Lake" is that of 3 in Airbyte: c1 (managed), c2 (in no state that Terraform applies), c3 (managed)`,
		"steps": [],
	}} with input as sample.resource({"namesakes": [{"id": "c2", "owned": false}, {"id": "c3", "owned": true}]})
}

test_both_managed if {
	duplicate_name.deny == {{
		"message": `connection name "Shopify → Lake" is that of 2 in Airbyte: c1 (managed), c3 (managed)`,
		"steps": [{"do": "note", "args": ["give each a name of its own, in git"]}],
	}} with input as sample.resource({"namesakes": [{"id": "c3", "owned": true}]})
}

test_fine if {
	duplicate_name.deny == set() with input as sample.managed
	duplicate_name.deny == set() with input as sample.resource({"namesakes": [{"id": "c0", "owned": false}]})
	duplicate_name.deny == set() with input as sample.resource({"airbyte": null, "namesakes": []})
}
