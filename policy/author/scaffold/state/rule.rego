# METADATA
# title: State with too many resources
# description: |
#   Say why it hurts, and what to avoid. The first sentence is shown with each finding.
#   This one keeps states small: every plan reads all of one, and one mistake reaches all of one.
# schemas:
#   - input: schema.state            # a misspelt input field does not compile
# custom:
#   severity: warning               # error makes `gate audit` end in exit 1, warning and info are told
#   scope: audit                    # what git, Terraform's states, Airbyte and the cluster believe
#   when: tip
#   kinds: [state]                  # docs/inputs.md describes each kind
#   remediation: split the module
#   parameters:                     # .lotus-gate.yaml can set them
#     most: {description: how many resources a state may have, default: 500}
package your_domain.your_rule

# Each element of deny is one finding.
deny contains {"message": message} if {
	most := data.parameters["your_domain/your_rule"].most
	input.resources > most
	message := sprintf("%s has %d resources, and %d are enough", [input.origin, input.resources, most])
}
