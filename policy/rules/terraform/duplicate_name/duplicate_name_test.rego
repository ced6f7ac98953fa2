package terraform.duplicate_name_test

import data.terraform.duplicate_name as rule

parameters := {"terraform/duplicate_name": {"types": ["airbyte_source*", "airbyte_connection*"]}}

at(line) := {"path": "tf/main.tf", "line": line, "column": 1}

first := {
	"address": "airbyte_source.shopify",
	"mode": "managed",
	"type": "airbyte_source",
	"title": "Shopify",
	"count": false,
	"attributes": {"workspace_id": {"literal": false, "references": ["var.workspace_id"]}},
	"at": at(1),
}

second := object.union(first, {"address": "airbyte_source.shop", "at": at(9)})

found(resources) := denied if {
	denied := rule.deny with input as {"resources": resources} with data.parameters as parameters
}

found_with(changes) := found([first, object.union(second, changes)])

test_the_second_of_one_name_is_reported if {
	found([first, second]) == {{
		"message": `airbyte_source.shop has the name "Shopify", which airbyte_source.shopify has already`,
		"at": at(9),
	}}
}

test_a_third_one_names_the_first if {
	third := object.union(first, {"address": "airbyte_source.third", "at": at(20)})
	{denied.at.line | some denied in found([first, second, third])} == {9, 20}
	every denied in found([first, second, third]) {
		endswith(denied.message, "which airbyte_source.shopify has already")
	}
}

test_the_order_of_the_input_does_not_matter if {
	found([second, first]) == found([first, second])
}

test_types_of_one_glob_share_their_names if {
	count(found_with({"type": "airbyte_source_shopify", "address": "airbyte_source_shopify.x"})) == 1
}

test_types_of_different_globs_do_not if {
	found_with({"type": "airbyte_connection", "address": "airbyte_connection.x"}) == set()
	found_with({"type": "null_resource", "address": "null_resource.x"}) == set()
}

test_near_misses_are_silent if {
	found_with({"title": "shopify"}) == set()
	found_with({"mode": "data"}) == set()
	found_with({"address": first.address}) == set()
	found_with({"attributes": {"workspace_id": {"literal": false, "references": ["var.other_id"]}}}) == set()
	found_with({"attributes": {"workspace_id": {"literal": true, "value": "1", "references": []}}}) == set()
}

test_blocks_of_which_one_exists_are_silent if {
	counted := [object.union(resource, {"count": true}) | some resource in [first, second]]
	found(counted) == set()
	count(found_with({"count": true})) == 1
}

test_names_that_are_no_literals_are_not_compared if {
	unknown := [object.union(resource, {"title": null}) | some resource in [first, second]]
	found(unknown) == set()
}

test_connections_have_no_workspace if {
	connections := [resource |
		some address in ["airbyte_connection.a", "airbyte_connection.b"]
		changes := {"type": "airbyte_connection", "address": address, "attributes": {}}
		resource := object.union(object.remove(first, ["attributes"]), changes)
	]
	count(found(connections)) == 1
}
