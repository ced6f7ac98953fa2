# METADATA
# title: Airbyte has another configuration than Terraform
# description: |
#   Somebody changed it in Airbyte. The provider reads some settings back, and the next apply undoes the change; it never reads
#   `connection_configuration` back, and no plan will show that one. Credentials are masked by Airbyte and never compared.
# schemas:
#   - input: schema.resource
# custom:
#   severity: warning
#   scope: audit
#   when: tip
#   kinds: [resource]
#   ticket: TICKET-004
#   remediation: |-
#     move the change to git when it shall stay; else have Terraform apply, and set what is below `configuration` in Airbyte as git
#     has it, for no plan will
package audit.drifted_configuration

import data.lib.resource

deny contains {"message": message, "steps": steps} if {
	count(input.differences) > 0
	message := sprintf("%s differs in Airbyte from what Terraform set: %s", [resource.label, concat(", ", input.differences)])
}

steps := [{"do": "note", "args": [note]}] if {
	some field in input.differences
	startswith(field, "configuration.")
	note := "set these fields in Airbyte as git has them, or change git: Terraform does not see them"
} else := resource.reconcile
