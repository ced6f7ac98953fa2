package main

func secretsRemedies() map[string][]remedyCase {
	encrypt := command("sops --encrypt --in-place <file>")
	again := []step{command(beginAgain), command("git commit -a -C ORIG_HEAD")}
	return map[string][]remedyCase{
		"secrets/default_credential": {{
			example: "the defaults of a former object storage",
			do: []step{
				edit("env_var('NAME')", "orchestration/profiles.yml", "env_var('S3_ACCESS_KEY_ID', 'minio')", "env_var('S3_ACCESS_KEY_ID')"),
				edit("env_var('NAME')", "orchestration/profiles.yml", "env_var('S3_SECRET_ACCESS_KEY', 'local-only')", "env_var('S3_SECRET_ACCESS_KEY')"),
			},
		}},
		"secrets/legacy_name": {
			{
				example: "a variable that was forgotten in the renaming",
				do: []step{
					command("git grep -in <name>", "name", "minio_password"),
					edit("minio_password to s3_secret_access_key", variablesFile, "minio_password", "s3_secret_access_key"),
				},
			},
			{
				example: "a look-up that always comes back empty",
				do:      []step{edit("rename it everywhere at once", "orchestration/lib.py", "MINIO_PASSWORD", "S3_SECRET_ACCESS_KEY")},
			},
		},
		"secrets/plaintext_manifest": {
			{example: "base64 is no encryption", do: append([]step{encrypt}, again...)},
			{example: "a Secret in a list, with a default for what Flux does not know", do: append([]step{encrypt}, again...)},
			{example: "added, and encrypted one commit later", do: again},
		},
		"secrets/shared_key": {{
			example: "Cube signs its tokens with the object storage's password",
			do: []step{edit(
				"change its `key`", "deploy/cube/deployment.yaml", "CUBEJS_API_SECRET\n              valueFrom:\n                secretKeyRef:\n"+
					"                  name: lotus-lake-terraform-vars\n                  key: minio_password",
				"CUBEJS_API_SECRET\n              valueFrom:\n                secretKeyRef:\n"+
					"                  name: lotus-lake-terraform-vars\n                  key: cube_api_secret",
			)},
		}},
	}
}
