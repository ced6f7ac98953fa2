package state.duplicate_root_test

import data.state.duplicate_root

parameters(alike) := {"state/duplicate_root": {"addresses": ["airbyte_*.*"], "alike": alike}}

at(path, line) := {"path": concat("/", [path, "main.tf"]), "line": line, "column": 1}

root(path, addresses) := {
	"path": path,
	"backend": null,
	"addresses": [{"address": address, "at": at(path, i + 1)} | some i, address in addresses],
}

judged(modules, alike) := found if {
	found := duplicate_root.deny with input as {"kind": "workspace", "path": ".", "modules": modules}
		with data.parameters as parameters(alike)
}

test_copied_root if {
	found := judged(
		[
			root("infra", ["airbyte_source.shopify", "airbyte_connection.shopify_to_lake"]),
			root("infra-new", ["var.x", "airbyte_source.shopify", "airbyte_connection.shopify_to_lake"]),
		],
		[],
	)
	found == {{
		"message": concat("", [
			"infra-new declares what infra declares, in a second state: ",
			"airbyte_connection.shopify_to_lake, airbyte_source.shopify",
		]),
		"at": at("infra-new", 3),
	}}
}

test_three_copies_are_three_pairs if {
	same := ["airbyte_source.shopify"]
	message := "%s declares what %s declares, in a second state: airbyte_source.shopify"
	judged([root("a", same), root("b", same), root("c", same)], []) == {
		{"message": sprintf(message, ["b", "a"]), "at": at("b", 1)},
		{"message": sprintf(message, ["c", "a"]), "at": at("c", 1)},
		{"message": sprintf(message, ["c", "b"]), "at": at("c", 1)},
	}
}

test_a_root_alone_passes_even_with_a_duplicate_inside if {
	judged([root("infra", ["airbyte_source.shopify", "airbyte_source.shopify"])], []) == set()
}

test_different_or_local_objects_pass if {
	judged(
		[
			root("infra", ["airbyte_source.shopify", "null_resource.this", "data.airbyte_source.x"]),
			root("other", ["airbyte_source.klaviyo", "null_resource.this", "data.airbyte_source.x"]),
		],
		[],
	) == set()
}

test_alike_on_purpose if {
	roots := [root("envs/prod", ["airbyte_source.shopify"]), root("envs/test", ["airbyte_source.shopify"])]
	judged(roots, ["envs/*"]) == set()
	count(judged(roots, ["envs/prod"])) == 1
}
