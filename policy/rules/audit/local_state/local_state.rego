# METADATA
# title: Two states claim one resource
# description: |
#   Somebody ran Terraform beside tofu-controller. Each state has ids of its own for the same addresses, or the same ids; each apply undoes the
#   other's, and "Applied successfully" is true of one of them only.
# schemas:
#   - input: schema.resource
#   - input: schema.state
# custom:
#   severity: error
#   scope: audit
#   when: tip
#   kinds: [resource, state]
#   ticket: TICKET-003
#   remediation: |-
#     keep the state of the Terraform object; delete the other, and what only the other one made (`audit/orphan` names it).
#     `rm -rf terraform.tfstate* .terraform`, and never `terraform apply` on a laptop
package audit.local_state

import data.lib.resource

# METADATA
# description: One id in two states.
# schemas:
#   - input: schema.resource
deny contains {"message": message, "steps": []} if {
	input.kind == "resource"
	some one in input.claims
	some other in input.claims
	one.state < other.state
	one.lineage != other.lineage
	message := sprintf("%s is claimed by %s as %s and by %s as %s", [resource.label, one.state, one.address, other.state, other.address])
}

# METADATA
# description: One address with two ids.
# schemas:
#   - input: schema.resource
deny contains {"message": message, "steps": []} if {
	input.kind == "resource"
	some one in resource.owned
	some rival in input.rivals
	not rival.owned == true
	message := sprintf("%s is %s in %s and %s in %s", [one.address, id(one), one.state, id(rival), rival.state])
}

id(claim) := claim.id if not is_null(claim.id)

id(claim) := "there" if is_null(claim.id)

# A state file in the checkout.
deny contains {"message": message, "steps": [{"do": "remove_file", "args": [input.path]}]} if {
	input.kind == "state"
	input.file
	not input.owned
	not input.named
	message := sprintf("%s lies in the checkout%s: somebody ran Terraform beside tofu-controller", [input.origin, copied])
}

copied := sprintf(", a copy of %s", [input.copy_of]) if not is_null(input.copy_of)

else := ""
