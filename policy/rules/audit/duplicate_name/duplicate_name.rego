# METADATA
# title: One name for several in Airbyte
# description: |
#   Two connections of one name are usually the same one, made twice: both sync, and write the same rows twice. In lists and logs nobody can tell them
#   apart.
# schemas:
#   - input: schema.resource
# custom:
#   severity: error
#   scope: audit
#   when: tip
#   kinds: [resource]
#   ticket: TICKET-002
#   remediation: |-
#     delete those that no state has (`audit/orphan` names them); give those that Terraform manages names of their own, in git
package audit.duplicate_name

import data.lib.resource

deny contains {"message": message, "steps": steps} if {
	not is_null(input.airbyte)
	count(input.namesakes) > 0
	every other in input.namesakes { other.id > input.airbyte.id } # one finding for all of them
	message := sprintf("%s name %q is that of %d in Airbyte: %s", [
		input.role, input.airbyte.name, count(input.namesakes) + 1,
		concat(", ", [sprintf("%s (%s)", [o.id, standing(o.owned)]) | some o in everybody]),
	])
}

everybody := array.concat([{"id": input.airbyte.id, "owned": count(resource.owned) > 0}], input.namesakes)

standing(true) := "managed"

standing(false) := "in no state that Terraform applies"

# What nobody manages is mended as an orphan.
steps := [{"do": "note", "args": ["give each a name of its own, in git"]}] if {
	every o in everybody { o.owned }
} else := []
