# METADATA
# title: Terraform object that waits for a human
# description: |
#   Say why it hurts, and what to avoid. The first sentence is shown with each finding.
#   This one keeps pushes going: a plan that nobody approves is never applied.
# schemas:
#   - input: schema.delivery         # a misspelt input field does not compile
# custom:
#   severity: warning               # error makes `gate audit` end in exit 1, warning and info are told
#   scope: audit                    # what git, Terraform's states, Airbyte and the cluster believe
#   when: tip
#   kinds: [delivery]               # docs/inputs.md describes each kind
#   remediation: "set `spec.approvePlan: auto`"
package your_domain.your_rule

# Each element of deny is one finding.
deny contains {"message": message} if {
	input.approve != "auto"
	message := sprintf("Terraform %s/%s does not apply by itself", [input.terraform.namespace, input.terraform.name])
}
