package stream.invalid_schedule_test

import data.stream.invalid_schedule

doc(error) := {"name": "orders", "schedule_error": error, "schema_errors": []}

test_valid if invalid_schedule.deny == set() with input as doc(null)

test_invalid if {
	want := {{
		"message": "schedule of stream orders is invalid: it is empty",
		"field": ["schedule"],
	}}
	invalid_schedule.deny == want with input as doc("it is empty")
}

test_left_to_the_schema if {
	errors := [{"field": ["schedule"], "message": "want a string"}]
	invalid_schedule.deny == set() with input as doc("want a string") with input.schema_errors as errors
}
