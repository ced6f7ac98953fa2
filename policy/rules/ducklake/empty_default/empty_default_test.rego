package ducklake.empty_default_test

import data.ducklake.empty_default

parameters := {"ducklake/empty_default": {"variables": ["*access_key*", "*endpoint*"]}}

at := {"path": "orchestration/lib.py", "line": 28, "column": 14}

code(whats, variable, empty) := {
	"statements": [{"what": what} | some what in whats],
	"fallbacks": [{"variable": variable, "empty": empty, "call": "os.environ.get", "at": at}],
}

test_empty if {
	want := {{
		"message": "S3_ACCESS_KEY_ID may be empty when DuckLake is attached: os.environ.get has an empty default",
		"at": at,
	}}
	every what in ["attach_ducklake", "create_secret"] {
		doc := code(["load", what], "S3_ACCESS_KEY_ID", true)
		empty_default.deny == want with input as doc with data.parameters as parameters
	}
}

test_not_empty if {
	doc := code(["attach_ducklake"], "S3_ENDPOINT", false)
	empty_default.deny == set() with input as doc with data.parameters as parameters
}

test_not_needed if {
	doc := code(["attach_ducklake"], "LOG_LEVEL", true)
	empty_default.deny == set() with input as doc with data.parameters as parameters
}

test_no_ducklake if {
	doc := code(["load"], "S3_ACCESS_KEY_ID", true)
	empty_default.deny == set() with input as doc with data.parameters as parameters
}
