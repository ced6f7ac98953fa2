# METADATA
# title: Waiver that accepts nothing
# description: |
#   A waiver that covers no finding is a hole left open: the next finding of that rule in those files would pass unseen.
#   It is judged only when the whole repository is, for a part cannot tell.
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
#   remediation: >-
#     delete the waiver, `gate fix --write waiver/unused`, and commit
#   fix: waiver
package waiver.unused

deny contains {"message": message, "at": input.at} if {
	not input.used
	message := sprintf("waiver of %s for %s accepts nothing: no such finding is left", [input.rule, input.pattern])
}
