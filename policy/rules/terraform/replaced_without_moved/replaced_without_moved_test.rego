package terraform.replaced_without_moved_test

import data.terraform.replaced_without_moved as rule

at := {"path": "tf/sources.tf", "line": 1, "column": 1}

parameters := {"terraform/replaced_without_moved": {"ignore": ["null_*"]}}

resource(address, title) := {
	"address": address,
	"mode": "managed",
	"type": split(address, ".")[0],
	"title": title,
	"at": at,
}

found(base, head, blocks) := denied if {
	none := {"syntax": [], "moved": [], "removed": [], "imports": [], "base": {"resources": base}, "resources": head}
	denied := rule.deny with input as object.union(none, blocks) with data.parameters as parameters
}

shopify := resource("airbyte_source.shopify", "Shopify")

store := resource("airbyte_source.store", "Shopify")

klaviyo := resource("airbyte_source.klaviyo", "Klaviyo")

odoo := resource("airbyte_source.odoo", "Odoo")

message := concat(" ", [
	"airbyte_source.shopify vanished and airbyte_source.store appeared without a moved block:",
	"the one is destroyed, the other created",
])

remedy := concat("\n", [
	"say that they are one, or push the removal first if they are not:",
	"moved {",
	"  from = airbyte_source.shopify",
	"  to   = airbyte_source.store",
	"}",
])

test_one_of_the_same_name_is_a_rename if {
	found([shopify, klaviyo], [store, odoo], {}) == {{"message": message, "at": at, "remedy": remedy}}
}

test_the_only_one_of_its_type_is_a_rename if {
	unnamed := object.union(store, {"title": null})
	found([shopify, klaviyo], [unnamed, klaviyo], {}) == {{"message": message, "at": at, "remedy": remedy}}
}

test_another_name_is_another_object if found([shopify, klaviyo], [odoo, klaviyo], {}) == set()

test_blocks_account_for_either_address if {
	found([shopify], [store], {"moved": [{"from": shopify.address, "to": store.address, "at": at}]}) == set()
	found([shopify], [store], {"removed": [{"from": shopify.address, "at": at}]}) == set()
	found([shopify], [store], {"imports": [{"to": store.address, "at": at}]}) == set()
	found([shopify], [store], {"moved": [{"from": "airbyte_source.shopify[0]", "to": "x.y", "at": at}]}) == set()
}

test_near_misses_are_silent if {
	found([shopify, klaviyo], [odoo, resource("airbyte_source.fb", "Facebook")], {}) == set()
	found([shopify], [resource("airbyte_destination.shopify", "Shopify")], {}) == set()
	found([shopify], [shopify, store], {}) == set()
	found([shopify, store], [store], {}) == set()
	found([shopify], [object.union(store, {"mode": "data"})], {}) == set()
	found([object.union(shopify, {"address": "data.airbyte_source.shopify"})], [store], {}) == set()
	found([resource("null_resource.a", null)], [resource("null_resource.b", null)], {}) == set()
}

test_two_without_a_name_are_not_one if {
	old := [resource("airbyte_source.a", null), resource("airbyte_source.b", null)]
	found(old, [resource("airbyte_source.c", null)], {}) == set()
}

test_a_new_module_has_no_base if {
	facts := {"syntax": [], "moved": [], "removed": [], "imports": [], "base": null, "resources": [shopify]}
	denied := rule.deny with input as facts with data.parameters as parameters
	denied == set()
}

test_a_module_that_does_not_parse_is_left_to_terraform_syntax if {
	found([shopify], [store], {"syntax": [{"message": "Unclosed block", "at": at}]}) == set()
}
