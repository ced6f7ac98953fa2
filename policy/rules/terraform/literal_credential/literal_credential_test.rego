package terraform.literal_credential_test

import data.terraform.literal_credential as rule

at := {"path": "tf/sources.tf", "line": 8, "column": 7}

parameters := {"terraform/literal_credential": {"ignore": ["*.example_token", "example_*"]}}

found(facts) := denied if {
	none := {"credentials": [], "variables": []}
	denied := rule.deny with input as object.union(none, facts) with data.parameters as parameters
}

credential(from, attribute) := {"from": from, "attribute": attribute, "at": at}

variable(changes) := object.union(
	{"name": "shop", "at": at, "has_default": true, "default_literal": true, "sensitive": true},
	changes,
)

test_a_literal_attribute_is_reported_without_its_value if {
	attribute := "connection_configuration.credentials.api_password"
	message := sprintf("airbyte_source.shopify holds a literal %s", [attribute])
	found({"credentials": [credential("airbyte_source.shopify", attribute)]}) == {{"message": message, "at": at}}
}

test_a_default_of_a_variable_named_like_a_credential_is_reported if {
	message := "variable airbyte_password is a credential and has a literal default"
	found({"credentials": [credential("var.airbyte_password", "default")]}) == {{
		"message": message,
		"at": at,
		"remedy": rule.no_default,
	}}
}

test_a_default_of_a_sensitive_variable_is_reported_whatever_its_name if {
	message := "variable shop is a credential and has a literal default"
	found({"variables": [variable({})]}) == {{"message": message, "at": at, "remedy": rule.no_default}}
}

test_a_variable_that_is_both_is_reported_once if {
	default_at := object.union(at, {"line": 9})
	facts := {
		"credentials": [object.union(credential("var.shop", "default"), {"at": default_at})],
		"variables": [variable({})],
	}
	{denied.at | some denied in found(facts)} == {default_at}
}

test_near_misses_are_silent if {
	found({}) == set()
	found({"variables": [variable({"sensitive": false})]}) == set()
	found({"variables": [variable({"default_literal": false})]}) == set()
}

test_what_is_ignored_is_silent if {
	found({"credentials": [credential("airbyte_source.demo", "configuration.example_token")]}) == set()
	found({"credentials": [credential("var.example_password", "default")]}) == set()
	found({"variables": [variable({"name": "example_shop"})]}) == set()
}
