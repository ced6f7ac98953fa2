# METADATA
# title: Waiver for longer than a waiver may last
# description: |
#   A waiver whose day is years away is a decision that nobody looks at again: who wrote it has left, what it accepted
#   has changed. Avoid days like 2099-12-31; renew a waiver that is still needed, or change the rule's severity.
# related_resources:
#   - ref: https://github.com/lotus-lake/lotus-gate/blob/main/docs/configuration.md
# schemas:
#   - input: schema.waiver
# custom:
#   severity: warning
#   scope: change
#   when: tip
#   kinds: [waiver]
#   ticket: TICKET-003
#   remediation: set an earlier day under `expires` in .lotus-gate.yaml
#   parameters:
#     max_days:
#       description: days for which a waiver may still hold
#       schema: {type: integer, minimum: 1}
#       default: 366
package waiver.endless

deny contains {"message": message, "at": input.at} if {
	most := data.parameters["waiver/endless"].max_days
	input.days_left > most
	message := sprintf("waiver of %s for %s holds until %s, for longer than %d days", [input.rule, input.pattern, input.expires, most])
}
