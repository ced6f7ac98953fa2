# METADATA
# title: State that was lost or began anew
# description: |
#   A state keeps its lineage for life. Another lineage for the same resources means that a state was deleted or that somebody began a second one:
#   what the first one made is known to nobody, and Terraform makes everything a second time.
# schemas:
#   - input: schema.state
# custom:
#   severity: error
#   scope: audit
#   when: tip
#   kinds: [state]
#   ticket: TICKET-002
#   remediation: |-
#     suspend the Terraform object, write an `import` block for each resource that Airbyte has (`gate audit --format script`
#     writes them), push, resume; or restore the state from a backup
package audit.lineage_changed

# Applied, and the state is gone.
deny contains {"message": message, "steps": [{"do": "note", "args": [imports_first]}]} if {
	input.missing
	message := sprintf("%s does not exist, although Terraform %s/%s has applied %s", [
		input.origin, input.terraform.namespace, input.terraform.name, input.applied,
	])
}

imports_first := "write import blocks before Terraform applies again, or everything is made a second time"

# Not the one that was there before.
deny contains {"message": message, "steps": [{"do": "note", "args": [ask_around]}]} if {
	not is_null(input.before)
	not is_null(input.lineage)
	input.before.lineage != input.lineage
	message := sprintf("%s has lineage %s, and had %s before", [input.origin, input.lineage, input.before.lineage])
}

ask_around := "find out who deleted or replaced the state, and write import blocks for what is in Airbyte"

# Two for the same resources. The one that does not count is told of, the first one of two that do.
deny contains {"message": message, "steps": steps} if {
	some other in input.others
	other.lineage != input.lineage
	lesser(other)
	message := sprintf("%s (lineage %s) and %s (lineage %s) have %d resources in common", [
		input.origin, input.lineage, other.origin, other.lineage, other.shared,
	])
}

lesser(other) if {
	not input.owned
	other.owned
}

lesser(other) if {
	input.owned == other.owned
	input.origin < other.origin
}

steps := [{"do": "remove_file", "args": [input.path]}] if {
	input.file
	not input.owned
	not input.named
} else := [{"do": "note", "args": ["decide which state counts, and remove the other"]}]
