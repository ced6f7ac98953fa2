package ducklake.secret_after_attach_test

import data.ducklake.secret_after_attach

at(line) := {"path": "orchestration/lib.py", "line": line, "column": 5}

statement(what, name, line) := {"what": what, "name": name, "scope": "connect", "at": at(line)}

attach(line) := object.union(statement("attach_ducklake", "lakehouse", line), {"data_path": "s3://landing/raw/"})

code(statements) := {"language": "python", "statements": statements}

test_too_late if {
	want := {{
		"message": "DuckLake catalog lakehouse is attached before its S3 secret is created on line 6",
		"at": at(5),
	}}
	statements := [attach(5), statement("create_secret", "s3", 6), statement("create_secret", "s3", 9)]
	secret_after_attach.deny == want with input as code(statements)
}

test_in_time if {
	secret_after_attach.deny == set() with input as code([statement("create_secret", "s3", 4), attach(5)])
	again := [statement("create_secret", "s3", 4), attach(5), statement("create_secret", "s3", 9)]
	secret_after_attach.deny == set() with input as code(again)
}

test_never if secret_after_attach.deny == set() with input as code([attach(5), statement("create_secret", "gcs", 6)])

test_order_of_a_profile if {
	profile := {"language": "yaml", "statements": [attach(5), statement("create_secret", "s3", 6)]}
	secret_after_attach.deny == set() with input as profile
}
