# METADATA
# title: DuckLake on S3 without httpfs
# description: |
#   DuckDB reaches s3:// through the extension httpfs; without LOAD it depends on DuckDB finding and loading the
#   extension by itself, which fails without internet or with automatic loading off: only the health check tells.
# related_resources:
#   - ref: https://duckdb.org/docs/stable/core_extensions/httpfs/overview
# schemas:
#   - input: schema.code
# custom:
#   severity: error
#   scope: document
#   when: tip
#   kinds: [code]
#   ticket: TICKET-006
#   remediation: >-
#     run `INSTALL httpfs; LOAD httpfs;` before ATTACH; in a dbt profile, list httpfs under `extensions`
package ducklake.httpfs_not_loaded

import data.lib.ducklake

deny contains {"message": message, "at": input.statements[i].at} if {
	some i in ducklake.attachments
	not ducklake.prepared("load", "httpfs", i)
	message := sprintf("%s has its data on S3, but httpfs is not loaded before", [ducklake.label(i)])
}
