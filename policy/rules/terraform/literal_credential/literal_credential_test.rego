package terraform.literal_credential_test

import data.terraform.literal_credential as rule

at := {"path": "tf/sources.tf", "line": 8, "column": 7}

parameters := {"terraform/literal_credential": {"variables": ["*password", "*access_key_id"]}}

found(facts) := denied if {
	none := {"credentials": [], "variables": []}
	denied := rule.deny with input as object.union(none, facts) with data.parameters as parameters
}

with_default(changes) := found({"variables": [object.union(
	{"name": "airbyte_password", "at": at, "has_default": true, "default_literal": true, "sensitive": false},
	changes,
)]})

test_a_literal_attribute_is_reported_without_its_value if {
	attribute := "connection_configuration.credentials.api_password"
	credential := {"attribute": attribute, "from": "airbyte_source.shopify", "at": at}
	message := sprintf("airbyte_source.shopify holds a literal %s", [attribute])
	found({"credentials": [credential]}) == {{"message": message, "at": at}}
}

test_a_default_of_a_credential_is_reported if {
	message := "variable airbyte_password, a credential, has a literal default"
	with_default({}) == {{"message": message, "at": at}}
}

test_names_are_compared_in_lower_case if {
	message := "variable S3_ACCESS_KEY_ID, a credential, has a literal default"
	with_default({"name": "S3_ACCESS_KEY_ID"}) == {{"message": message, "at": at}}
}

test_a_sensitive_variable_is_a_credential_whatever_its_name if {
	message := "variable shop, a credential, has a literal default"
	with_default({"name": "shop", "sensitive": true}) == {{"message": message, "at": at}}
}

test_near_misses_are_silent if {
	with_default({"name": "airbyte_server_url"}) == set()
	with_default({"name": "password_policy"}) == set()
	with_default({"default_literal": false}) == set()
	found({}) == set()
}
