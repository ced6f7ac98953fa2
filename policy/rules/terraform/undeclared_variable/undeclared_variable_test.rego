package terraform.undeclared_variable_test

import data.terraform.undeclared_variable as rule

at := {"path": "tf/sources.tf", "line": 4, "column": 15}

undeclared := {
	"text": "var.klaviyo_api_kee",
	"target": "var.klaviyo_api_kee",
	"from": "airbyte_source.klaviyo",
	"kind": "var",
	"resolved": false,
	"nearest": "var.klaviyo_api_key",
	"at": at,
}

found(changes) := denied if {
	denied := rule.deny with input as {"syntax": [], "references": [object.union(undeclared, changes)]}
}

test_the_nearest_name_is_suggested if {
	message := concat("", [
		"airbyte_source.klaviyo uses var.klaviyo_api_kee, which no variable block declares; ",
		"did you mean var.klaviyo_api_key?",
	])
	found({}) == {{"message": message, "at": at}}
}

test_nothing_is_suggested_when_nothing_is_near if {
	message := "airbyte_source.klaviyo uses var.klaviyo_api_kee, which no variable block declares"
	found({"nearest": null}) == {{"message": message, "at": at}}
}

test_a_declared_variable_and_other_references_are_silent if {
	found({"resolved": true}) == set()
	found({"kind": "local", "target": "local.x"}) == set()
}

test_a_module_that_does_not_parse_is_left_to_terraform_syntax if {
	broken := {"syntax": [{"message": "Unclosed block", "at": at}], "references": [undeclared]}
	denied := rule.deny with input as broken
	denied == set()
}
