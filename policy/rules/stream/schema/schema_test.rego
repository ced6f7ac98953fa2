package stream.schema_test

import data.stream.schema

at := {"path": "orchestration/dag/streams/shopify/orders.json", "line": 3, "column": 5}

sound := {"content": {"stream": "orders"}, "syntax": null, "duplicate_keys": [], "schema_errors": []}

test_sound if schema.deny == set() with input as sound

test_syntax if {
	doc := object.union(sound, {"content": null, "syntax": {"message": "unexpected }", "at": at}})
	want := {{"message": "stream configuration does not parse: unexpected }", "at": at}}
	schema.deny == want with input as doc
}

test_duplicate_key if {
	doc := object.union(sound, {"duplicate_keys": [{"key": "selected", "at": at}]})
	want := {{"message": `key "selected" appears again, and only the last one counts`, "at": at}}
	schema.deny == want with input as doc
}

test_schema_errors if {
	errors := [
		{"field": ["back_fill"], "message": `unknown key "back_fill"; did you mean "backfill"?`},
		{"field": ["fields", "id", "type"], "message": `"int" is no type`},
	]
	doc := object.union(sound, {"schema_errors": errors})
	want := {
		{"message": `unknown key "back_fill"; did you mean "backfill"?`, "field": ["back_fill"]},
		{"message": `"int" is no type`, "field": ["fields", "id", "type"]},
	}
	schema.deny == want with input as doc
}
