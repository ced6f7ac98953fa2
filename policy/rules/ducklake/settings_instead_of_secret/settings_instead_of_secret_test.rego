package ducklake.settings_instead_of_secret_test

import data.ducklake.settings_instead_of_secret

at(line) := {"path": "orchestration/profiles.yml", "line": line, "column": 9}

statement(what, name, line) := {"what": what, "name": name, "scope": "dev", "at": at(line)}

attach(line) := object.union(statement("attach_ducklake", "lakehouse", line), {"data_path": "s3://landing/raw/"})

code(statements) := {"language": "yaml", "statements": statements}

settings := [statement("set", "s3_secret_access_key", 16), statement("set", "s3_access_key_id", 17)]

test_settings if {
	want := {{
		"message": concat(" ", [
			"DuckLake catalog lakehouse has its data on S3, but its connection has no S3 secret,",
			"only the settings s3_access_key_id, s3_secret_access_key",
		]),
		"at": at(16),
	}}
	settings_instead_of_secret.deny == want with input as code(array.concat(settings, [attach(20)]))
}

test_settings_beside_a_secret if {
	statements := array.concat(settings, [statement("create_secret", "s3", 18), attach(20)])
	settings_instead_of_secret.deny == set() with input as code(statements)
	late := array.concat(settings, [attach(20), statement("create_secret", "s3", 21)])
	settings_instead_of_secret.deny == set() with input as {"language": "sql", "statements": late}
}

test_settings_of_another_output if {
	elsewhere := object.union(attach(30), {"scope": "prod"})
	settings_instead_of_secret.deny == set() with input as code(array.concat(settings, [elsewhere]))
}

test_settings_without_ducklake if settings_instead_of_secret.deny == set() with input as code(settings)
