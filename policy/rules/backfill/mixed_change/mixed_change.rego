# METADATA
# title: Backfill turned on together with other changes
# description: |
#   The reset runs in the same apply as the other changes to the source: when one of them fails, the connection has been
#   reset with the old schema or not at all, and the retry resets nothing; when one replaces the connection, it is reset
#   twice. Push the changes, see them applied, then turn the flag on in a push of its own.
# related_resources:
#   - ref: https://github.com/lotus-lake/lotus-gate/blob/main/docs/rules/backfill/mixed_change.md
# schemas:
#   - input: schema.source
# custom:
#   severity: warning
#   scope: change
#   when: tip
#   kinds: [source]
#   ticket: TODO-004
#   remediation: >-
#     set "backfill" to false again and push the other changes; once they are applied (`kubectl get terraform -n
#     lotus-lake -w` shows it), push the commit that sets it to true
package backfill.mixed_change

import data.lib.names

deny contains {"message": message, "at": first.at} if {
	turned_on := [flag | some flag in input.backfill; flag.new; flag.connector == "airbyte"]
	count(input.changed) > 0
	streams := {flag.stream | some flag in turned_on}
	first := [flag | some flag in turned_on; flag.stream == min(streams)][0]
	message := sprintf(
		"backfill of %s is turned on together with other changes: %s",
		[names.few(streams), names.few(input.changed)],
	)
}
