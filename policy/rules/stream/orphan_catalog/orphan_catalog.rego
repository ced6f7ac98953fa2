# METADATA
# title: Catalog without streams
# description: |
#   A catalog that stays behind keeps the connection alive with the last streams it named, and no generator ever updates
#   it again. A source is removed by deleting its stream files, its catalog and its Terraform resources in one push.
# related_resources:
#   - ref: https://github.com/lotus-lake/lotus-gate/blob/main/docs/rules/stream/orphan_catalog.md
# schemas:
#   - input: schema.source
# custom:
#   severity: error
#   scope: change
#   when: tip
#   kinds: [source]
#   ticket: TODO-003
#   remediation: >-
#     delete the catalog too, `git rm -q <file>`, and the connection that reads it; or restore the stream files
#   fix: catalog
package stream.orphan_catalog

start := {"path": input.catalog.path, "line": 1, "column": 1}

deny contains {"message": message, "at": start} if {
	input.catalog.state == "orphan"
	message := sprintf("source %s has a catalog but no stream files%s", [input.source, readers])
}

readers := "" if input.readers == []

readers := sprintf("; it is read by %s", [concat(", ", names)]) if {
	names := sort({reader.address | some reader in input.readers})
	names != []
}
