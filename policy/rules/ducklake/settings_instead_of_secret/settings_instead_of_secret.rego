# METADATA
# title: S3 settings where DuckLake needs a secret
# description: |
#   `SET s3_access_key_id` and the `settings` of a dbt profile hold for the one connection that gives them; a secret
#   holds for the whole database. DuckLake opens files for more than one connection, and some (when it removes the files
#   of a failed transaction) for none: what works in one query ends in 403 in the next. TICKET-006 is what that looks like.
# related_resources:
#   - ref: https://duckdb.org/docs/stable/core_extensions/httpfs/s3api_legacy_authentication
#   - ref: https://github.com/duckdb/dbt-duckdb
# schemas:
#   - input: schema.code
# custom:
#   severity: error
#   scope: document
#   when: tip
#   kinds: [code]
#   ticket: TICKET-006
#   remediation: >-
#     delete the settings; in a dbt profile, list `- {type: s3, key_id: …, secret: …, endpoint: …, use_ssl: false,
#     url_style: path}` under `secrets`; elsewhere, run `CREATE SECRET s3_secret (TYPE S3, KEY_ID '…', SECRET '…',
#     ENDPOINT '…', USE_SSL false, URL_STYLE 'path');` before ATTACH
package ducklake.settings_instead_of_secret

import data.lib.ducklake

deny contains {"message": message, "at": input.statements[first].at} if {
	some i in ducklake.attachments
	not ducklake.prepared("create_secret", "s3", i)
	ducklake.alongside("create_secret", "s3", i) == set()
	settings := ducklake.settings(i)
	first := min(settings)
	message := sprintf("%s has its data on S3, but its connection has no S3 secret, only the settings %s", [
		ducklake.label(i),
		concat(", ", sort({input.statements[j].name | some j in settings})),
	])
}
