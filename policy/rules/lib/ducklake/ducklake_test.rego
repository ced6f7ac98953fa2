package lib.ducklake_test

import data.lib.ducklake

attach(scope) := {
	"what": "attach_ducklake", "name": "lakehouse", "data_path": "s3://landing/raw/", "scope": scope,
	"at": {"path": "lib.py", "line": 9, "column": 1},
}

statement(what, name, scope) := {
	"what": what, "name": name, "scope": scope,
	"at": {"path": "lib.py", "line": 5, "column": 1},
}

code(language, statements) := {"language": language, "statements": statements}

test_attachments_are_on_s3 if {
	local := object.union(attach(""), {"data_path": "/var/lib/lake"})
	bare := object.remove(attach(""), ["data_path"])
	doc := code("sql", [local, attach(""), bare, statement("load", "httpfs", "")])
	ducklake.attachments == {1} with input as doc
}

test_label if {
	ducklake.label(0) == "DuckLake catalog lakehouse" with input as code("sql", [attach("")])
	ducklake.label(0) == "a DuckLake catalog" with input as code("sql", [object.union(attach(""), {"name": ""})])
}

test_order_counts if {
	ducklake.prepared("load", "httpfs", 1) with input as code("sql", [statement("load", "httpfs", ""), attach("")])
	not ducklake.prepared("load", "httpfs", 0) with input as code("sql", [attach(""), statement("load", "httpfs", "")])
	not ducklake.prepared("load", "httpfs", 1) with input as code("sql", [statement("load", "ducklake", ""), attach("")])
}

test_name_put_together_at_run_time if {
	ducklake.prepared("load", "httpfs", 1) with input as code("python", [statement("load", "", ""), attach("")])
	not ducklake.prepared("load", "httpfs", 1) with input as code("python", [statement("install", "", ""), attach("")])
}

test_order_of_a_profile_does_not_count if {
	ducklake.prepared("load", "httpfs", 0) with input as code("yaml", [attach("dev"), statement("load", "httpfs", "dev")])
}

test_another_function_may_have_prepared if {
	statements := [attach("attach"), statement("load", "httpfs", "prepare")]
	ducklake.prepared("load", "httpfs", 0) with input as code("python", statements)
	not ducklake.prepared("load", "httpfs", 0) with input as code("yaml", statements)
}

test_settings if {
	statements := [
		statement("set", "s3_endpoint", "dev"),
		statement("set", "s3_uploader_thread_limit", "dev"),
		statement("set", "s3_region", "prod"),
		attach("dev"),
	]
	ducklake.settings(3) == {0} with input as code("yaml", statements)
}
