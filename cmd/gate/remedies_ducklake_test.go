package main

func ducklakeRemedies() map[string][]remedyCase {
	const (
		secret  = "CREATE SECRET s3_secret (TYPE S3, KEY_ID '…', SECRET '…', ENDPOINT '…', USE_SSL false, URL_STYLE 'path');"
		profile = "- {type: s3, key_id: …, secret: …, endpoint: …, use_ssl: false, url_style: path}"
	)
	return map[string][]remedyCase{
		"ducklake/attach_without_secret": {
			{
				example: "Cube before the fix relied on its environment",
				do: []step{edit(secret, "orchestration/cube/cube.js", "ATTACH '", "CREATE SECRET s3_secret (TYPE S3, KEY_ID '${s3Key}', "+
					"SECRET '${s3Secret}', ENDPOINT '${s3Endpoint}', USE_SSL false, URL_STYLE 'path');\n            ATTACH '")},
			},
			{
				example: "a dbt profile without one",
				do: []step{edit(profile, "orchestration/profiles.yml", "      attach:\n", "      secrets:\n"+
					"        - {type: s3, key_id: \"{{ env_var('S3_ACCESS_KEY_ID') }}\", secret: \"{{ env_var('S3_SECRET_ACCESS_KEY') }}\", "+
					"endpoint: \"{{ env_var('S3_ENDPOINT') }}\", use_ssl: false, url_style: path}\n      attach:\n")},
			},
		},
		"ducklake/empty_default": {{
			example: "Cube starts without credentials and reports DOWN",
			do:      []step{edit("delete the empty default", "orchestration/cube/cube.js", " || ''", "")},
		}},
		"ducklake/httpfs_not_loaded": {{
			example: "installed, but not loaded",
			do:      []step{edit("INSTALL httpfs; LOAD httpfs;", "init.sql", "INSTALL httpfs;", "INSTALL httpfs; LOAD httpfs;")},
		}},
		"ducklake/secret_after_attach": {{
			example: "the secret comes too late",
			do: []step{
				edit("move CREATE SECRET", "orchestration/lib.py", "    conn.execute(\"CREATE SECRET s3_secret (TYPE S3, PROVIDER credential_chain)\")\n", ""),
				edit("in front of ATTACH", "orchestration/lib.py", "    conn.execute(\"ATTACH", "    conn.execute(\"CREATE SECRET s3_secret (TYPE S3, PROVIDER credential_chain)\")\n    conn.execute(\"ATTACH"),
			},
		}},
		"ducklake/settings_instead_of_secret": {{
			example: "a dbt profile with settings",
			do: []step{
				edit("delete the settings", "orchestration/profiles.yml", "        s3_access_key_id: \"{{ env_var('S3_ACCESS_KEY_ID') }}\"\n        s3_secret_access_key: \"{{ env_var('S3_SECRET_ACCESS_KEY') }}\"\n", ""),
				edit(profile, "orchestration/profiles.yml", "      attach:\n", "      secrets:\n"+
					"        - {type: s3, key_id: \"{{ env_var('S3_ACCESS_KEY_ID') }}\", secret: \"{{ env_var('S3_SECRET_ACCESS_KEY') }}\", "+
					"endpoint: \"{{ env_var('S3_ENDPOINT') }}\", use_ssl: false, url_style: path}\n      attach:\n"),
			},
		}},
	}
}
