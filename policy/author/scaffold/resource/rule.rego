# METADATA
# title: Connection that is switched off
# description: |
#   Say why it hurts, and what to avoid. The first sentence is shown with each finding.
#   This one keeps connections running: what is switched off in Airbyte alone is forgotten there.
# schemas:
#   - input: schema.resource         # a misspelt input field does not compile
# custom:
#   severity: warning               # error makes `gate audit` end in exit 1, warning and info are told
#   scope: audit                    # what git, Terraform's states, Airbyte and the cluster believe
#   when: tip
#   kinds: [resource]               # docs/inputs.md describes each kind
#   remediation: switch it on, or remove it in git
package your_domain.your_rule

# Each element of deny is one finding. `steps` is what `gate audit --format script` writes; docs/audit.md has the words.
deny contains {"message": message, "steps": [{"do": "note", "args": ["switch it on in Airbyte, or remove it in git"]}]} if {
	input.role == "connection"
	input.airbyte.status == "inactive"
	message := sprintf("connection %s is switched off in Airbyte", [input.name])
}
