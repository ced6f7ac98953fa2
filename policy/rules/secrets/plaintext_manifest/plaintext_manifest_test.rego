package secrets.plaintext_manifest_test

import data.secrets.plaintext_manifest

parameters := {"secrets/plaintext_manifest": {"placeholders": [
	`^([\s:@/,.]*\$\{[A-Za-z_][A-Za-z0-9_]*\})+[\s:@/,.]*$`,
	`^<path:[^>]+>$`,
]}}

secret(content) := {
	"encrypted": false,
	"object": object.union(
		{"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "lotus-lake-s3-creds"}},
		content,
	),
}

found(section, key) := {
	"message": sprintf("key %s of Secret lotus-lake-s3-creds is not encrypted", [key]),
	"field": [section, key],
}

test_plaintext if {
	want := {found("data", "user"), found("stringData", "password"), found("stringData", "pin")}
	plaintext_manifest.deny == want with data.parameters as parameters with input as secret({
		"data": {"user": "bWluaW8="},
		"stringData": {"password": "not-a-real-one", "pin": 4711},
	})
}

test_encrypted if {
	doc := object.union(secret({"stringData": {"password": "ENC[AES256_GCM,data:x,type:str]"}}), {"encrypted": true})
	plaintext_manifest.deny == set() with input as doc with data.parameters as parameters
}

test_value_forgotten_by_sops if {
	want := {found("stringData", "token")}
	plaintext_manifest.deny == want with data.parameters as parameters with input as secret({
		"sops": {"mac": "ENC[AES256_GCM,data:x,type:str]"},
		"stringData": {"password": "ENC[AES256_GCM,data:x,iv:y=,tag:z==,type:str]", "token": "ENC[later]"},
	})
}

test_nothing_to_read if {
	every content in [
		{},
		{"type": "kubernetes.io/service-account-token"},
		{"data": {}},
		{"data": null},
		{"data": {"password": ""}, "stringData": {"user": null, "note": "  \n"}},
	] {
		plaintext_manifest.deny == set() with input as secret(content) with data.parameters as parameters
	}
}

test_placeholders if {
	every value in ["${S3_SECRET}", "${USER}:${PASSWORD}", "${USER}\n", "<path:lake/data/s3#secret>"] {
		doc := secret({"stringData": {"password": value}})
		plaintext_manifest.deny == set() with input as doc with data.parameters as parameters
	}
}

test_no_placeholders if {
	want := {found("stringData", "password")}
	every value in ["${S3_SECRET:=minio123}", "minio${SUFFIX}", "$(S3_SECRET)", "${USER}:minio123"] {
		doc := secret({"stringData": {"password": value}})
		plaintext_manifest.deny == want with input as doc with data.parameters as parameters
	}
}

test_other_kinds if {
	every object in [
		{"apiVersion": "external-secrets.io/v1", "kind": "Secret", "data": {"password": "x"}},
		{"apiVersion": "bitnami.com/v1alpha1", "kind": "SealedSecret", "spec": {"encryptedData": {"password": "AgB"}}},
		{"apiVersion": "v1", "kind": "ConfigMap", "data": {"endpoint": "localhost"}},
	] {
		plaintext_manifest.deny == set() with input as {"encrypted": false, "object": object} with data.parameters as parameters
	}
}

test_no_name if {
	doc := {"encrypted": false, "object": {"apiVersion": "v1", "kind": "Secret", "data": {"user": "bWluaW8="}}}
	want := {{"message": "key user of Secret without a name is not encrypted", "field": ["data", "user"]}}
	plaintext_manifest.deny == want with input as doc with data.parameters as parameters
}
