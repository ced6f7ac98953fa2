# METADATA
# title: Trace of a Terraform run
# description: |
#   Say why it hurts, and what to avoid. The first sentence is shown with each finding.
#   This one refuses lock files: they say who runs Terraform where, beside tofu-controller.
# schemas:
#   - input: schema.material        # a misspelt input field does not compile
# custom:
#   severity: error                 # error refuses, warning and info are told
#   scope: document
#   when: history                   # tip: the result of a change; history: every new commit
#   kinds: [material]               # docs/inputs.md describes each kind; `gate input` prints yours
#   remediation: "`git rm --cached <file>`, amend the commit, and add the name to `.gitignore`"
package your_domain.your_rule

# Each element of deny is one finding; without a place it is about the file as a whole.
deny contains {"message": message} if {
	input.name == "lock info"
	message := sprintf("%s was left by somebody who ran Terraform by hand", [input.path])
}
