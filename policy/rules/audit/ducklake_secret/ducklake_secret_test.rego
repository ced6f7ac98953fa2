package audit.ducklake_secret_test

import data.audit.ducklake_secret
import data.lib.sample

statement(what, name, line) := {"what": what, "name": name, "scope": "", "at": {"path": "cube.js", "line": line, "column": 1}}

attach := object.union(statement("attach_ducklake", "lakehouse", 9), {"data_path": "s3://landing/raw/"})

running(statements) := sample.workload({"code": [{"file": "ConfigMap lake/cube: cube.js", "language": "javascript", "statements": statements}]})

test_no_secret if {
	ducklake_secret.deny == {{
		"message": "Deployment lake/cube attaches DuckLake catalog lakehouse from ConfigMap lake/cube: cube.js (line 9): its data is on S3, and there is no S3 secret by then",
		"steps": [{"do": "note", "args": ["mend ConfigMap lake/cube: cube.js in git"]}],
	}} with input as running([attach])
}

test_fine if {
	ducklake_secret.deny == set() with input as running([statement("create_secret", "s3", 4), attach])
	ducklake_secret.deny == set() with input as running([])
	ducklake_secret.deny == set() with input as sample.workload({})
}
