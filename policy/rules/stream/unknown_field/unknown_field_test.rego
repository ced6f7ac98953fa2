package stream.unknown_field_test

import data.stream.unknown_field

schema := "orchestration/dag/sources/shopify/orders.json"

selecting(names) := {
	"name": "orders",
	"content": {"fields": {name: {"type": "string"} | some name in names}},
	"discovered": {"path": schema, "fields": {"id": "integer", "email": "string"}},
}

test_known if unknown_field.deny == set() with input as selecting(["id", "email"])

test_unknown if {
	want := {
		{"message": sprintf("field emial is not in the discovered schema %s", [schema]), "field": ["fields", "emial"]},
		{"message": sprintf("field ID is not in the discovered schema %s", [schema]), "field": ["fields", "ID"]},
	}
	unknown_field.deny == want with input as selecting(["id", "emial", "ID"])
}

test_dlt_too if {
	doc := object.union(selecting(["emial"]), {"content": {"connector": "dlt"}})
	want := {{"message": sprintf("field emial is not in the discovered schema %s", [schema]), "field": ["fields", "emial"]}}
	unknown_field.deny == want with input as doc
}

test_nothing_to_compare_with if {
	doc := selecting(["emial"])
	unknown_field.deny == set() with input as doc with input.discovered as null
	unknown_field.deny == set() with input as doc with input.discovered.fields as {}
	unknown_field.deny == set() with input as doc with input.content as null
	unknown_field.deny == set() with input as object.union(doc, {"content": {"selected": false}})
}
