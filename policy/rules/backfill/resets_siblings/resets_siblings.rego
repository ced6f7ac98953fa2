# METADATA
# title: Backfill resets the other streams of the source too
# description: |
#   The reset is of the whole connection: one flag empties and loads again every stream of the source, not only its own.
#   Nothing is wrong with that when it is meant; mind the size of the others and the limits of the source's API.
# related_resources:
#   - ref: https://github.com/lotus-lake/lotus-gate/blob/main/docs/rules/backfill/resets_siblings.md
# schemas:
#   - input: schema.source
# custom:
#   severity: info
#   scope: change
#   when: tip
#   kinds: [source]
#   ticket: TODO-004
#   remediation: >-
#     go on if all streams may be loaded again; otherwise set "backfill" to false and refresh the one stream in
#     Airbyte
package backfill.resets_siblings

import data.lib.names

deny contains {"message": message, "at": first.at} if {
	flags := [flag | some flag in input.backfill; flag.connector == "airbyte"]
	asked := {flag.stream | some flag in flags}
	count(input.resets) > 0
	siblings := {sibling | some flag in flags; some sibling in flag.siblings} - asked
	count(siblings) > 0
	first := [flag | some flag in flags; flag.stream == min(asked)][0]
	message := sprintf("backfill of %s also resets %s", [names.few(asked), names.few(siblings)])
}
