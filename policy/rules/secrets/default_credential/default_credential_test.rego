package secrets.default_credential_test

import data.secrets.default_credential

parameters := {"secrets/default_credential": {"variables": ["*password*", "*access_key*"], "except": ["*_file"]}}

at := {"path": "orchestration/profiles.yml", "line": 17, "column": 32}

look_up(variable, empty) := {"fallbacks": [{"variable": variable, "empty": empty, "call": "env_var", "at": at}]}

test_literal_default if {
	every variable in ["S3_SECRET_ACCESS_KEY", "minio_password"] {
		want := {{"message": sprintf("%s has a literal default in env_var", [variable]), "at": at}}
		default_credential.deny == want with input as look_up(variable, false) with data.parameters as parameters
	}
}

test_empty_default if {
	default_credential.deny == set() with input as look_up("minio_password", true) with data.parameters as parameters
}

test_no_credential if {
	every variable in ["S3_ENDPOINT", "DUCKLAKE_DB_HOST", "DB_PASSWORD_FILE"] {
		default_credential.deny == set() with input as look_up(variable, false) with data.parameters as parameters
	}
}
