# METADATA
# title: Connection whose source or destination is gone
# description: |
#   The connection names an id that Airbyte does not know: what it read from or wrote to was deleted. Its syncs fail with "secret not found" or
#   HTTP 409.
# schemas:
#   - input: schema.resource
# custom:
#   severity: error
#   scope: audit
#   when: tip
#   kinds: [resource]
#   ticket: TICKET-003
#   remediation: |-
#     when Terraform manages the connection, have it plan again: it makes the missing resource anew and replaces the
#     connection; else delete the connection
package audit.dangling_id

import data.lib.resource

deny contains {"message": message, "steps": steps} if {
	not is_null(input.airbyte)
	input.read.airbyte
	some end in ["source", "destination"]
	input.airbyte[end].known == false
	message := sprintf("%s uses %s %s, which Airbyte does not have", [resource.label, end, input.airbyte[end].id])
}

steps := resource.reconcile if count(resource.owned) > 0

steps := [{"do": "delete", "args": ["connection", input.airbyte.id]}] if count(resource.owned) == 0
