# METADATA
# title: DuckLake attached without an S3 secret
# description: |
#   Cube reports {"health":"DOWN"} and restarts in a loop, and everything that waits for it waits with it. DuckLake
#   takes the credentials for its data files from DuckDB's secrets manager. Environment variables such as
#   CUBEJS_DB_DUCKDB_S3_* serve direct reads of s3:// paths but not DuckLake.
# related_resources:
#   - ref: https://duckdb.org/docs/stable/core_extensions/httpfs/s3api
# schemas:
#   - input: schema.code
# custom:
#   severity: error
#   scope: document
#   when: tip
#   kinds: [code]
#   ticket: TICKET-006
#   remediation: >-
#     run `CREATE SECRET s3_secret (TYPE S3, KEY_ID '…', SECRET '…', ENDPOINT '…', USE_SSL false, URL_STYLE 'path');`
#     before ATTACH; in a dbt profile, list `- {type: s3, key_id: …, secret: …, endpoint: …, use_ssl: false,
#     url_style: path}` under `secrets`; the values come from the environment
package ducklake.attach_without_secret

import data.lib.ducklake

deny contains {"message": message, "at": input.statements[i].at} if {
	some i in ducklake.attachments
	not ducklake.prepared("create_secret", "s3", i)
	ducklake.alongside("create_secret", "s3", i) == set() # else it comes too late
	ducklake.settings(i) == set() # else they stand in its place
	message := sprintf("%s has its data on S3, but its connection has no S3 secret", [ducklake.label(i)])
}
