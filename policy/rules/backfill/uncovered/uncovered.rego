# METADATA
# title: Backfill flag that nothing reads
# description: |
#   No backfill would start, and nothing would say so. A flag works through a resource in Terraform that exists while any
#   stream file of the source has it on and resets the connection when created (backfill.tf). No such resource reads this
#   source's directory. Sources added later are the usual case: their block in backfill.tf was forgotten.
# related_resources:
#   - ref: https://github.com/lotus-lake/lotus-gate/blob/main/docs/rules/backfill/uncovered.md
# schemas:
#   - input: schema.source
# custom:
#   severity: error
#   scope: change
#   when: tip
#   kinds: [source]
#   ticket: TODO-004
#   remediation: >-
#     set "backfill" to false, copy the locals and the null_resource of another source in
#     orchestration/airbyte/terraform/backfill.tf, with this source's directory and connection, and push that; then
#     push the commit that sets it to true
package backfill.uncovered

deny contains {"message": message, "at": flag.at} if {
	some flag in input.backfill
	flag.connector == "airbyte"
	count(input.resets) == 0
	message := sprintf(
		"backfill of stream %s starts nothing: no reset resource in Terraform reads %s",
		[flag.stream, input.path],
	)
}
