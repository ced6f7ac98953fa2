# METADATA
# title: Backfill flag on a stream that Airbyte does not load
# description: |
#   The flag resets an Airbyte connection, and a stream with "connector": "dlt" has none: its own backfill never starts,
#   while Airbyte streams in the same directory, if any, are all reset.
# related_resources:
#   - ref: https://github.com/lotus-lake/lotus-gate/blob/main/docs/rules/backfill/not_airbyte.md
# schemas:
#   - input: schema.source
# custom:
#   severity: error
#   scope: change
#   when: tip
#   kinds: [source]
#   ticket: TODO-004
#   remediation: >-
#     turn the flag off, `gate fix --write backfill/not_airbyte`, and commit; to load a dlt stream again from its
#     "initial_value", drop its state (`dlt pipeline <pipeline> drop <resource>`) and run its asset
#   fix: backfill
package backfill.not_airbyte

deny contains {"message": message, "at": flag.at} if {
	some flag in input.backfill
	flag.connector != "airbyte"
	message := sprintf("backfill of stream %s starts nothing: %s loads it, not Airbyte", [flag.stream, flag.connector])
}
