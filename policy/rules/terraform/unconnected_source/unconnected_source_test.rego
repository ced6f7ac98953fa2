package terraform.unconnected_source_test

import data.terraform.unconnected_source as rule

at := {"path": "tf/sources.tf", "line": 1, "column": 1}

source := {
	"address": "airbyte_source.shopify",
	"mode": "managed",
	"type": "airbyte_source",
	"title": "Shopify",
	"at": at,
}

found(changes, users) := denied if {
	references := [{"target": "airbyte_source.shopify", "from": user} | some user in users]
	facts := {"syntax": [], "resources": [object.union(source, changes)], "references": references}
	denied := rule.deny with input as facts
}

message := "no connection reads airbyte_source.shopify, so that it never syncs"

test_a_source_without_a_user_is_reported if {
	found({}, []) == {{"message": message, "at": at}}
}

test_a_reset_alone_is_no_connection if {
	found({}, ["null_resource.shopify_backfill"]) == {{"message": message, "at": at}}
}

test_a_source_type_of_its_own_counts if {
	denied := found({"type": "airbyte_source_shopify", "address": "airbyte_source_shopify.x"}, [])
	denied == {{"message": "no connection reads airbyte_source_shopify.x, so that it never syncs", "at": at}}
}

test_whatever_may_make_a_connection_is_a_user if {
	every user in ["airbyte_connection.shopify_to_lake", "local.sources", "output.source_id", "module.connection"] {
		found({}, [user]) == set()
	}
}

test_other_resources_and_data_are_silent if {
	found({"mode": "data"}, []) == set()
	found({"type": "airbyte_destination"}, []) == set()
}

test_a_module_that_does_not_parse_is_left_to_terraform_syntax if {
	broken := {"syntax": [{"message": "Unclosed block", "at": at}], "resources": [source], "references": []}
	denied := rule.deny with input as broken
	denied == set()
}
