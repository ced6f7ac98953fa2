# METADATA
# title: Guarded file changed from a private address
# description: |
#   Say why it hurts, and what to avoid. The first sentence is shown with each finding.
#   This one asks that whoever changes a guarded file does so with an address of the team.
# schemas:
#   - input: schema.approval        # a misspelt input field does not compile
# custom:
#   severity: error                 # error refuses, warning and info are told
#   scope: change
#   when: history                   # every new commit is judged, for each guarded file that it changes
#   kinds: [approval]               # docs/inputs.md describes each kind
#   remediation: set user.email to your address at work, and commit again
#   parameters:                     # .lotus-gate.yaml can set them
#     domain: {description: what an address ends with, default: "@example.com"}
package your_domain.your_rule

# Each element of deny is one finding. It stands at the guarded file.
deny contains {"message": message} if {
	is_object(input.committer)
	not endswith(input.committer.email, data.parameters["your_domain/your_rule"].domain)
	message := sprintf("%s was %s by %s", [input.path, input.change, input.committer.email])
}
