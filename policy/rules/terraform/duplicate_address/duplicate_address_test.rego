package terraform.duplicate_address_test

import data.terraform.duplicate_address

first := {"path": "tf/sources.tf", "line": 1, "column": 1}

second := {"path": "tf/sources_new.tf", "line": 7, "column": 1}

test_the_second_declaration_names_the_first if {
	duplicates := [{"address": "airbyte_source.shopify", "at": second, "first": first}]
	found := duplicate_address.deny with input as {"duplicates": duplicates}
	found == {{"message": "airbyte_source.shopify is declared already, at tf/sources.tf:1", "at": second}}
}

test_a_module_without_duplicates_is_silent if {
	found := duplicate_address.deny with input as {"duplicates": []}
	found == set()
}
