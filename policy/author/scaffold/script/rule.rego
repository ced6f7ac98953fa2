# METADATA
# title: Script that imports by hand
# description: |
#   Say why it hurts, and what to avoid. The first sentence is shown with each finding.
#   This one refuses `terraform import`: an import block says the same, and is reviewed.
# schemas:
#   - input: schema.script          # a misspelt input field does not compile
# custom:
#   severity: error                 # error refuses, warning and info are told
#   scope: document
#   when: tip                       # tip: the result of a change; history: every new commit
#   kinds: [script]                 # docs/inputs.md describes each kind; `gate input` prints yours
#   remediation: write an `import` block instead
package your_domain.your_rule

# Each element of deny is one finding. `at` is a position that came with the input.
deny contains {"message": message, "at": line.at} if {
	some line in input.lines
	regex.match(`\b(terraform|tofu)\s+import\b`, line.text)
	message := "this imports into a state that nobody reviews"
}
