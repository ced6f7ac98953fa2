# METADATA
# title: Source, destination or connection that no state has
# description: |
#   It is in Airbyte, and no state that Terraform applies knows it: somebody made it by hand, or a state was lost and Terraform made
#   everything a second time. Terraform will neither change nor delete it. A connection that nobody manages goes on syncing, next to the one
#   that Terraform made in its place.
# schemas:
#   - input: schema.resource
# custom:
#   severity: error
#   scope: audit
#   when: tip
#   kinds: [resource]
#   ticket: TICKET-002
#   remediation: |-
#     if Terraform shall manage it, write an `import` block for it; else delete it in Airbyte, connections before the sources
#     and destinations that they use. `gate audit --format script` writes both
package audit.orphan

import data.lib.resource

deny contains {"message": message, "steps": steps} if {
	not is_null(input.airbyte)
	input.read.state
	count(resource.owned) == 0
	message := sprintf("%s is in Airbyte, and no state that Terraform applies has it%s", [resource.label, aside])
}

# What else is known of it.
aside := sprintf("; %s would make a second one", [input.adopt.address]) if not is_null(input.adopt)

else := sprintf("; only %s has it", [concat(" and ", {c.state | some c in input.claims})]) if count(input.claims) > 0

else := sprintf("; connection %q, which Terraform manages, uses it", [managed_users[0].name]) if count(managed_users) > 0

else := ""

managed_users := [user | some user in input.airbyte.used_by; user.owned]

# What git declares under its name is told which one it is; what a managed connection uses is kept.
steps := [{"do": "import", "args": [input.adopt.module, input.adopt.address, input.airbyte.id]}] if not is_null(input.adopt)

else := [{"do": "note", "args": ["declare it in git, with an import block: a connection that Terraform manages uses it"]}] if {
	count(managed_users) > 0
}

else := [{"do": "delete", "args": [input.role, input.airbyte.id]}]
