# METADATA
# description: |
#   What an audit knows of one thing that git, Terraform's states and Airbyte may each have, and the steps that mend it.
# schemas:
#   - input: schema.resource
package lib.resource

# The claims of states that count: those that a Terraform object applies.
owned contains claim if {
	some claim in input.claims
	claim.owned
}

# How messages call it: by its name and its id in Airbyte, or by its address.
label := sprintf("%s %q (%s)", [input.role, input.airbyte.name, input.airbyte.id]) if not is_null(input.airbyte)

label := sprintf("%s %s", [kind, input.address]) if is_null(input.airbyte)

kind := input.role if not is_null(input.role)

kind := "resource" if is_null(input.role)

# Terraform looks at everything anew and applies what git says.
reconcile := [{"do": "reconcile", "args": ["Terraform", input.terraform.namespace, input.terraform.name]}] if not is_null(input.terraform)

reconcile := [{"do": "note", "args": ["have Terraform plan and apply again"]}] if is_null(input.terraform)
