package ducklake.httpfs_not_loaded_test

import data.ducklake.httpfs_not_loaded

at(line) := {"path": "orchestration/cube/cube.js", "line": line, "column": 9}

statement(what, name, line) := {"what": what, "name": name, "scope": "", "at": at(line)}

attach(line) := object.union(statement("attach_ducklake", "lakehouse", line), {"data_path": "s3://landing/raw/"})

code(statements) := {"language": "javascript", "statements": statements}

test_not_loaded if {
	want := {{
		"message": "DuckLake catalog lakehouse has its data on S3, but httpfs is not loaded before",
		"at": at(5),
	}}
	every statements in [
		[attach(5)],
		[statement("install", "httpfs", 4), attach(5)],
		[statement("load", "ducklake", 4), attach(5)],
		[attach(5), statement("load", "httpfs", 6)],
	] {
		httpfs_not_loaded.deny == want with input as code(statements)
	}
}

test_loaded if httpfs_not_loaded.deny == set() with input as code([statement("load", "httpfs", 4), attach(5)])

test_local_data if {
	httpfs_not_loaded.deny == set() with input as code([object.union(attach(5), {"data_path": "/var/lib/lake"})])
}
