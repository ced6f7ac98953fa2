package ducklake.attach_without_secret_test

import data.ducklake.attach_without_secret

at(line) := {"path": "orchestration/cube/cube.js", "line": line, "column": 9}

statement(what, name, line) := {"what": what, "name": name, "scope": "", "at": at(line)}

attach(line) := object.union(statement("attach_ducklake", "lakehouse", line), {"data_path": "s3://landing/raw/"})

code(statements) := {"language": "javascript", "statements": statements}

test_no_secret if {
	want := {{
		"message": "DuckLake catalog lakehouse has its data on S3, but its connection has no S3 secret",
		"at": at(5),
	}}
	attach_without_secret.deny == want with input as code([statement("load", "httpfs", 4), attach(5)])
	attach_without_secret.deny == want with input as code([statement("create_secret", "gcs", 4), attach(5)])
}

test_secret if attach_without_secret.deny == set() with input as code([statement("create_secret", "s3", 4), attach(5)])

test_other_rules_findings if {
	attach_without_secret.deny == set() with input as code([attach(5), statement("create_secret", "s3", 6)])
	attach_without_secret.deny == set() with input as code([statement("set", "s3_access_key_id", 4), attach(5)])
}

test_local_data if {
	local := object.union(attach(5), {"data_path": "/var/lib/lake"})
	attach_without_secret.deny == set() with input as code([local])
}
