package secrets.shared_key_test

import data.secrets.shared_key

parameters := {"secrets/shared_key": {"purposes": [
	{"purpose": "object storage", "names": ["*s3_*", "aws_*", "*minio*"]},
	{"purpose": "a database", "names": ["*db_pass*"]},
	{"purpose": "signing", "names": ["*api_secret", "*jwt*"]},
]}}

at(file, line) := {"path": file, "line": line, "column": 17}

use(variable, place) := object.union(
	{"namespace": "lotus-lake", "secret": "lotus-lake-terraform-vars", "key": "minio_password", "variable": variable},
	place,
)

dagster := {"object": "HelmRelease lotus-lake/dagster", "at": at("deploy/dagster/release.yaml", 168)}

cube := {"object": "Deployment lotus-lake/cube", "at": at("deploy/cube/deployment.yaml", 40)}

workspace(uses) := {"secret_uses": uses}

test_two_purposes if {
	want := {{
		"message": concat(" ", [
			"key minio_password of Secret lotus-lake-terraform-vars",
			"serves signing (CUBEJS_API_SECRET) and object storage (S3_SECRET_ACCESS_KEY)",
		]),
		"at": dagster.at,
	}}
	doc := workspace([use("S3_SECRET_ACCESS_KEY", dagster), use("CUBEJS_API_SECRET", cube)])
	shared_key.deny == want with input as doc with data.parameters as parameters
}

test_three_uses_are_one_finding if {
	later := object.union(dagster, {"at": at("deploy/dagster/release.yaml", 180)})
	want := {{
		"message": concat(" ", [
			"key minio_password of Secret lotus-lake-terraform-vars",
			"serves object storage (AWS_SECRET_ACCESS_KEY) and a database (DUCKLAKE_DB_PASSWORD)",
		]),
		"at": dagster.at,
	}}
	doc := workspace([
		use("JWT_KEY", later),
		use("DUCKLAKE_DB_PASSWORD", dagster),
		use("AWS_SECRET_ACCESS_KEY", cube),
	])
	shared_key.deny == want with input as doc with data.parameters as parameters
}

test_one_purpose_under_many_names if {
	doc := workspace([
		use("S3_SECRET_ACCESS_KEY", dagster),
		use("AWS_SECRET_ACCESS_KEY", dagster),
		use("CUBEJS_DB_DUCKDB_S3_SECRET_ACCESS_KEY", cube),
	])
	shared_key.deny == set() with input as doc with data.parameters as parameters
}

test_unknown_names_are_left_alone if {
	doc := workspace([use("ODOO_PASSWORD", dagster), use("CUBEJS_API_SECRET", cube)])
	shared_key.deny == set() with input as doc with data.parameters as parameters
}

test_other_keys_secrets_and_namespaces if {
	every other in [{"key": "cubejs_api_secret"}, {"secret": "cube"}, {"namespace": "other-lake"}] {
		doc := workspace([use("S3_SECRET_ACCESS_KEY", dagster), use("CUBEJS_API_SECRET", object.union(cube, other))])
		shared_key.deny == set() with input as doc with data.parameters as parameters
	}
}

test_without_a_namespace if {
	nowhere := {"namespace": ""}
	apart := workspace([
		use("S3_SECRET_ACCESS_KEY", object.union(dagster, nowhere)),
		use("CUBEJS_API_SECRET", object.union(cube, nowhere)),
	])
	shared_key.deny == set() with input as apart with data.parameters as parameters
	beside := object.union(nowhere, {"at": at("deploy/dagster/cube.yaml", 12)})
	want := {{
		"message": concat(" ", [
			"key minio_password of Secret lotus-lake-terraform-vars",
			"serves signing (CUBEJS_API_SECRET) and object storage (S3_SECRET_ACCESS_KEY)",
		]),
		"at": dagster.at,
	}}
	together := workspace([
		use("S3_SECRET_ACCESS_KEY", object.union(dagster, nowhere)),
		use("CUBEJS_API_SECRET", object.union(cube, beside)),
	])
	shared_key.deny == want with input as together with data.parameters as parameters
}
