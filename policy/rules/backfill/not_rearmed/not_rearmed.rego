# METADATA
# title: Backfill turned on while another was still on
# description: |
#   No backfill would start, and nothing would say so. The reset resource of a source exists while any of its flags is on,
#   and resets the connection when it is created. A flag that is turned on while another is on, or in the same push that
#   turns the other off, changes nothing. All flags of the source must be off in a push that was applied, then the new one
#   turned on.
# related_resources:
#   - ref: https://github.com/lotus-lake/lotus-gate/blob/main/docs/rules/backfill/not_rearmed.md
# schemas:
#   - input: schema.source
# custom:
#   severity: error
#   scope: change
#   when: tip
#   kinds: [source]
#   ticket: TODO-004
#   remediation: >-
#     set "backfill" to false in every file of the source and push; once that is applied (`kubectl get terraform -n
#     lotus-lake -w` shows it), push the commit that sets this one to true
package backfill.not_rearmed

import data.lib.names

deny contains {"message": message, "at": flag.at} if {
	some flag in input.backfill
	flag.new
	flag.connector == "airbyte"
	count(input.base.backfill) > 0
	message := sprintf(
		"backfill of stream %s starts nothing: source %s was not at rest, backfill was on for %s",
		[flag.stream, input.source, names.few(input.base.backfill)],
	)
}
