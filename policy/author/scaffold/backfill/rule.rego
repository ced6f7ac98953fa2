# METADATA
# title: Backfill that is on for more than a week
# description: |
#   Say why it hurts, and what to avoid. The first sentence is shown with each finding.
#   This one finds flags that everybody has forgotten.
# schemas:
#   - input: schema.backfill         # a misspelt input field does not compile
# custom:
#   severity: warning               # error makes `gate audit` end in exit 1, warning and info are told
#   scope: audit                    # what git, Terraform's states, Airbyte and the cluster believe
#   when: tip
#   kinds: [backfill]               # docs/inputs.md describes each kind
#   remediation: "set `\"backfill\": false` and push"
package your_domain.your_rule

# Each element of deny is one finding. `at` is a position that came with the input.
deny contains {"message": message, "at": flag.at} if {
	some flag in input.flags
	flag.age_seconds > (7 * 24) * 3600
	message := sprintf("backfill of %s/%s is on since %s", [input.source, flag.stream, flag.since])
}
