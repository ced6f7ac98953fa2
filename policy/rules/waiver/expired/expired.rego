# METADATA
# title: Waiver past its day
# description: |
#   A waiver accepts a risk until a day that its owner chose; past it, the finding counts again: either the risk was
#   forgotten, or it is permanent and wants a decision. Avoid waivers that are renewed by habit.
# related_resources:
#   - ref: https://github.com/lotus-lake/lotus-gate/blob/main/docs/configuration.md
# schemas:
#   - input: schema.waiver
# custom:
#   severity: error
#   scope: change
#   when: tip
#   kinds: [waiver]
#   ratchet: false
#   ticket: TICKET-003
#   remediation: >-
#     mend what the waiver accepted and delete it from .lotus-gate.yaml, or let its owner set a new day under
#     `expires`
package waiver.expired

deny contains {"message": message, "at": input.at} if {
	input.expired
	message := sprintf("waiver of %s for %s, owned by %s, expired on %s", [input.rule, input.pattern, input.owner, input.expires])
}
