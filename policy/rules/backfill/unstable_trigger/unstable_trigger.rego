# METADATA
# title: Reset resource that is replaced at every apply
# description: |
#   A reset resource resets the connection whenever it is created; with timestamp(), uuid() or the like in its triggers it is
#   created anew at every reconcile: perpetual drift, and a connection that is reset every few minutes while a flag is on.
#   Take a stable value as the trigger, such as the connection's id.
# related_resources:
#   - ref: https://github.com/lotus-lake/lotus-gate/blob/main/docs/rules/backfill/unstable_trigger.md
# schemas:
#   - input: schema.module
# custom:
#   severity: error
#   scope: change
#   when: tip
#   kinds: [module]
#   ticket: TODO-004
#   remediation: "make the trigger stable: `triggers = { connection_id = airbyte_connection.<name>.connection_id }`"
package backfill.unstable_trigger

deny contains {"message": message, "at": call.at} if {
	some reset in input.resets
	some call in reset.unstable
	message := sprintf("%s is replaced at every apply: %s() gives another value each time", [reset.address, call.call])
}
