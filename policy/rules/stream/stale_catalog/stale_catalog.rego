# METADATA
# title: Catalog that does not follow from its streams
# description: |
#   Terraform reads the generated `_catalog.json`, not the stream files: after an edit without regeneration the push is
#   accepted, nothing changes in Airbyte, and the next person who regenerates ships somebody else's edit.
# related_resources:
#   - ref: https://github.com/lotus-lake/lotus-gate/blob/main/docs/rules/stream/stale_catalog.md
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
#   parameters:
#     differences:
#       description: how many differences the message names
#       schema: {type: integer, minimum: 1, maximum: 20}
#       default: 3
package stream.stale_catalog

start := {"path": input.catalog.path, "line": 1, "column": 1}

deny contains {"message": message, "at": start} if {
	input.catalog.state == "stale"
	not input.catalog.error.message
	message := sprintf("catalog of source %s is stale: %s", [input.source, summary])
}

# What keeps a catalog from being compared, unless stream/schema says it of a stream's file.
deny contains {"message": message, "at": error.at, "remedy": remedy} if {
	error := input.catalog.error
	file := error.at.path
	not file in {stream.at.path | some stream in input.streams}
	message := sprintf("catalog of source %s cannot be compared: %s", [input.source, error.message])
	remedy := "mend the file at that line, or discover the source again; then run `gate catalog --write`"
}

summary := concat("; ", array.concat(named, more)) if {
	all := input.catalog.differences
	shown := data.parameters["stream/stale_catalog"].differences
	named := array.slice(all, 0, shown)
	more := [sprintf("and %d more", [n]) | n := count(all) - shown; n > 0]
}
