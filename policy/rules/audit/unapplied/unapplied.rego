# METADATA
# title: Resource of git that no state has
# description: |
#   Git declares it and Terraform has not made it. Shortly after a push that is as it should be; later, the apply is stuck, or the state is not
#   the one that belongs to this configuration, and the next apply makes everything a second time.
# schemas:
#   - input: schema.resource
# custom:
#   severity: warning
#   scope: audit
#   when: tip
#   kinds: [resource]
#   ticket: TICKET-002
#   remediation: |-
#     see with `gate audit` where the push is stuck; when Airbyte has the resource already, write an `import` block before Terraform
#     applies, or there will be two
package audit.unapplied

deny contains {"message": message, "steps": steps, "at": input.git.at} if {
	not is_null(input.git)
	not is_null(input.git.state)
	not input.git.repeated
	input.read.state
	every claim in input.claims { not claim.owned }
	message := sprintf("%s is in git and not in %s%s", [input.git.address, input.git.state, aside])
}

aside := sprintf("; Airbyte has one of its name already (%s)", [input.adopt.id]) if input.adopt.id

else := ""

steps := [{"do": "import", "args": [input.git.module, input.git.address, input.adopt.id]}] if input.adopt.id

else := [{"do": "reconcile", "args": ["Terraform", input.git.terraform.namespace, input.git.terraform.name]}] if {
	not is_null(input.git.terraform)
}

else := [{"do": "note", "args": ["have Terraform apply it"]}]
