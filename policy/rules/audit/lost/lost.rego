# METADATA
# title: Resource of the state that Airbyte does not have
# description: |
#   Terraform believes that it exists, and Airbyte does not know its id: somebody deleted it there. Until Terraform looks again, "Applied successfully"
#   says nothing, and what refers to it fails.
# schemas:
#   - input: schema.resource
# custom:
#   severity: error
#   scope: audit
#   when: tip
#   kinds: [resource]
#   ticket: TICKET-003
#   remediation: |-
#     have Terraform plan again: it finds that the resource is gone and makes it anew. Never `terraform apply` on a laptop
package audit.lost

import data.lib.resource

deny contains {"message": message, "steps": resource.reconcile} if {
	not is_null(input.role)
	is_null(input.airbyte)
	input.read.airbyte
	some claim in resource.owned
	not claim.deposed
	not is_null(claim.id)
	message := sprintf("%s %s is in %s as %s, and Airbyte does not have it", [input.role, claim.address, claim.state, claim.id])
}
