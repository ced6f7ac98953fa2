# METADATA
# title: Backfill flag left on
# description: |
#   A backfill flag asks for one reset of the connection. Left on, it hides the next backfill (a second `true` does
#   nothing until every flag of the source is off again), and replacing the connection while it is on resets it unasked.
# related_resources:
#   - ref: https://github.com/lotus-lake/lotus-gate/blob/main/docs/rules/backfill/overdue.md
# schemas:
#   - input: schema.source
# custom:
#   severity: error
#   scope: change
#   when: tip
#   kinds: [source]
#   ratchet: false
#   ticket: TODO-004
#   remediation: set "backfill" to false, or remove the key, in the stream's file; commit and push
#   parameters:
#     max_age:
#       description: how long a flag may stay on, as a Go duration
#       default: 72h
package backfill.overdue

deny contains {"message": message, "at": flag.at} if {
	some flag in input.backfill
	limit := time.parse_duration_ns(data.parameters["backfill/overdue"].max_age) / 1000000000
	flag.age_seconds > limit
	message := sprintf("backfill of stream %s has been on for %s, since %s", [flag.stream, days(flag.age_seconds), flag.since])
}

days(seconds) := sprintf("%d days", [floor(seconds / 86400)]) if seconds >= 172800

days(seconds) := sprintf("%d hours", [floor(seconds / 3600)]) if seconds < 172800
