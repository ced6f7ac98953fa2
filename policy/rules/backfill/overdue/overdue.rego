# METADATA
# title: Backfill flag left on
# description: |
#   Left on, a backfill flag hides the next backfill (a second `true` does nothing until every flag of the source is off
#   again), and replacing the connection while it is on resets it unasked. It asks for one reset of the connection, no
#   more. The age counts from the commit that set the flag, on the first-parent history; a push that turns it off is let
#   through. When the history at hand is cut before that commit, the age cannot be told and the flag is refused.
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
#   remediation: >-
#     turn the flag off, `gate fix --write backfill/overdue`, and commit
#   fix: backfill
#   parameters:
#     max_age:
#       description: how long a flag may stay on, as a Go duration
#       schema: {type: string, pattern: '^([0-9]+(\.[0-9]+)?(ns|us|µs|ms|s|m|h))+$'}
#       default: 72h
package backfill.overdue

deny contains {"message": message, "at": flag.at} if {
	some flag in input.backfill
	flag.age_seconds > max_age_seconds
	message := sprintf(
		"backfill of stream %s has been on for %s%s%s",
		[flag.stream, at_least(flag), age(flag.age_seconds), since(flag)],
	)
}

deny contains {"message": message, "at": flag.at, "remedy": remedy} if {
	some flag in input.backfill
	flag.shallow
	flag.age_seconds <= max_age_seconds
	message := sprintf("backfill of stream %s has been on since before the history at hand begins", [flag.stream])
	remedy := "fetch the whole history, `git fetch --unshallow` (in CI: `fetch-depth: 0`), or turn the flag off"
}

max_age_seconds := time.parse_duration_ns(data.parameters["backfill/overdue"].max_age) / 1000000000

at_least(flag) := "at least " if flag.shallow

else := ""

# The push that is refused is seldom the one that set the flag.
since(flag) := sprintf(", since commit %s", [substring(flag.set_by, 0, 12)]) if {
	not flag.shallow
	is_string(flag.set_by)
}

else := ""

age(seconds) := sprintf("%d days", [floor(seconds / 86400)]) if seconds >= 172800

else := sprintf("%d hours", [floor(seconds / 3600)])
