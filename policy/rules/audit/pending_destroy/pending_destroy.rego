# METADATA
# title: Resource of the state that git does not declare
# description: |
#   The next apply destroys it. That is right when somebody removed it on purpose (TODO-003), and a loss when its file did not come along with a move or a
#   revert.
# schemas:
#   - input: schema.resource
# custom:
#   severity: warning
#   scope: audit
#   when: tip
#   kinds: [resource]
#   ticket: TODO-003
#   remediation: |-
#     nothing, when it shall go; else put its block back into git before the next apply, or write a `moved` block when it
#     only has another name
package audit.pending_destroy

import data.lib.resource

deny contains {"message": message, "steps": resource.reconcile} if {
	is_null(input.git)
	input.read.git
	not input.unsure
	some claim in resource.owned
	message := sprintf("%s is in %s and not in git: the next apply destroys it", [claim.address, claim.state])
}
