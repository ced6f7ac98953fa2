package stream.name_mismatch_test

import data.stream.name_mismatch

named(stream) := {"name": "orders", "content": {"stream": stream}}

test_same_name if name_mismatch.deny == set() with input as named("orders")

test_other_name if {
	want := {{"message": `stream is "order", but the file is named orders.json`, "field": ["stream"]}}
	name_mismatch.deny == want with input as named("order")
}

test_case_counts if {
	want := {{"message": `stream is "Orders", but the file is named orders.json`, "field": ["stream"]}}
	name_mismatch.deny == want with input as named("Orders")
}

test_left_to_the_schema if {
	name_mismatch.deny == set() with input as named(7)
	name_mismatch.deny == set() with input as {"name": "orders", "content": {}}
	name_mismatch.deny == set() with input as {"name": "orders", "content": null}
}
