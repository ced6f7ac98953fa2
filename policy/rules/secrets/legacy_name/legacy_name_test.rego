package secrets.legacy_name_test

import data.secrets.legacy_name

parameters := {"secrets/legacy_name": {"identifiers": ["minio_*"]}}

at := {"path": "a", "line": 3, "column": 1}

message(name) := sprintf("%s is named for what the lake no longer uses", [name])

test_code if {
	names := ["minio_password", "MINIO_USER", "s3_access_key_id", "minio", "minio123", "my_minio_user"]
	doc := {"kind": "code", "names": [{"name": name, "at": at} | some name in names]}
	want := {{"message": message("minio_password"), "at": at}, {"message": message("MINIO_USER"), "at": at}}
	legacy_name.deny == want with input as doc with data.parameters as parameters
}

test_module if {
	doc := {
		"kind": "module",
		"variables": [{"name": "minio_user", "at": at}, {"name": "s3_endpoint", "at": at}],
		"locals": [{"name": "minio_url", "at": at}, {"name": "bucket", "at": at}],
	}
	want := {{"message": message("minio_user"), "at": at}, {"message": message("minio_url"), "at": at}}
	legacy_name.deny == want with input as doc with data.parameters as parameters
}

test_manifest if {
	secret := {"apiVersion": "v1", "kind": "Secret", "stringData": {"minio_user": "ENC[x]", "s3_access_key_id": "ENC[x]"}}
	want := {{"message": message("minio_user"), "field": ["stringData", "minio_user"]}}
	legacy_name.deny == want with input as {"kind": "manifest", "object": secret} with data.parameters as parameters
	config := object.union(secret, {"kind": "ConfigMap"})
	legacy_name.deny == set() with input as {"kind": "manifest", "object": config} with data.parameters as parameters
}

test_workspace if {
	uses := [
		{"key": "minio_password", "variable": "S3_SECRET_ACCESS_KEY", "at": at},
		{"key": "s3_access_key_id", "variable": "MINIO_USER", "at": at},
		{"key": "s3_endpoint", "variable": "S3_ENDPOINT", "at": at},
	]
	want := {{"message": message("minio_password"), "at": at}, {"message": message("MINIO_USER"), "at": at}}
	legacy_name.deny == want with input as {"kind": "workspace", "secret_uses": uses} with data.parameters as parameters
}
