# METADATA
# title: S3 secret created after DuckLake is attached
# description: |
#   A connection runs its statements in order: when ATTACH comes before CREATE SECRET, DuckLake goes to S3 without
#   credentials, and Cube reports {"health":"DOWN"}.
# related_resources:
#   - ref: https://duckdb.org/docs/stable/configuration/secrets_manager
# schemas:
#   - input: schema.code
# custom:
#   severity: error
#   scope: document
#   when: tip
#   kinds: [code]
#   ticket: TICKET-006
#   remediation: >-
#     move CREATE SECRET in front of ATTACH
package ducklake.secret_after_attach

import data.lib.ducklake

deny contains {"message": message, "at": input.statements[i].at} if {
	some i in ducklake.attachments
	not ducklake.prepared("create_secret", "s3", i)
	late := min(ducklake.alongside("create_secret", "s3", i))
	message := sprintf("%s is attached before its S3 secret is created on line %d", [
		ducklake.label(i),
		input.statements[late].at.line,
	])
}
