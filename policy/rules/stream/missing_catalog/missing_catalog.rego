# METADATA
# title: Airbyte source without a catalog
# description: |
#   Terraform reads `_catalog.json` of each source's directory with `file()`: without it the plan of every source fails.
#   A source that dlt loads needs none.
# related_resources:
#   - ref: https://github.com/lotus-lake/lotus-gate/blob/main/docs/rules/stream/missing_catalog.md
# schemas:
#   - input: schema.source
# custom:
#   severity: error
#   scope: change
#   when: tip
#   kinds: [source]
#   ticket: TODO-002
#   remediation: >-
#     run `gate catalog --write` (without gate: `python orchestration/airbyte/generate-catalog.py`) and commit the
#     catalog with the stream files
#   fix: catalog
package stream.missing_catalog

deny contains {"message": message, "at": streams[0].at} if {
	input.catalog.state == "missing"
	message := sprintf("source %s has Airbyte streams (%s) but no %s", [
		input.source,
		concat(", ", [stream.name | some stream in streams]),
		input.catalog.path,
	])
}

streams := [stream | some stream in input.streams; stream.connector == "airbyte"]
