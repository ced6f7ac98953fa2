package terraform.dangling_reference_test

import data.terraform.dangling_reference as rule

at := {"path": "tf/connections.tf", "line": 2, "column": 15}

dangling := {
	"text": "airbyte_source.shopifi.source_id",
	"target": "airbyte_source.shopifi",
	"from": "airbyte_connection.shopify_to_lake",
	"kind": "resource",
	"resolved": false,
	"nearest": "airbyte_source.shopify",
	"at": at,
}

found(changes) := denied if {
	denied := rule.deny with input as {"syntax": [], "references": [object.union(dangling, changes)]}
}

test_the_nearest_name_is_suggested if {
	message := concat("", [
		"airbyte_connection.shopify_to_lake refers to airbyte_source.shopifi, which is not declared; ",
		"did you mean airbyte_source.shopify?",
	])
	found({}) == {{"message": message, "at": at}}
}

test_nothing_is_suggested_when_nothing_is_near if {
	message := "airbyte_connection.shopify_to_lake refers to airbyte_source.shopifi, which is not declared"
	found({"nearest": null}) == {{"message": message, "at": at}}
}

test_every_kind_but_a_variable_counts if {
	every kind in ["resource", "data", "local", "module"] {
		count(found({"kind": kind})) == 1
	}
	found({"kind": "var"}) == set()
}

test_a_resolved_reference_is_silent if {
	found({"resolved": true}) == set()
}

test_a_module_that_does_not_parse_is_left_to_terraform_syntax if {
	input_with_error := {"syntax": [{"message": "Unclosed block", "at": at}], "references": [dangling]}
	denied := rule.deny with input as input_with_error
	denied == set()
}
