# METADATA
# title: Command that no plan shows
# description: |
#   Say why it hurts, and what to avoid. The first sentence is shown with each finding.
#   This one warns of provisioners in disguise: a null_resource runs commands that no plan shows.
# schemas:
#   - input: schema.module          # a misspelt input field does not compile
# custom:
#   severity: warning               # error refuses, warning and info are told
#   scope: change
#   when: tip                       # tip: the result of a change; history: every new commit
#   kinds: [module]                 # docs/inputs.md describes each kind; `gate input` prints yours
#   remediation: use a resource of the provider instead
package your_domain.your_rule

# Each element of deny is one finding. `at` is a position that came with the input.
deny contains {"message": message, "at": resource.at} if {
	some resource in input.resources
	resource.type == "null_resource"
	message := sprintf("%s runs commands that no plan shows", [resource.address])
}
