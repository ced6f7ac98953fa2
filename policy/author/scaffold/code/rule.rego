# METADATA
# title: DuckDB extension that is not ours
# description: |
#   Say why it hurts, and what to avoid. The first sentence is shown with each finding.
#   This one knows the extensions that were tried in the lake.
# schemas:
#   - input: schema.code            # a misspelt input field does not compile
# custom:
#   severity: error                 # error refuses, warning and info are told
#   scope: document
#   when: tip                       # tip: the result of a change; history: every new commit
#   kinds: [code]                   # docs/inputs.md describes each kind; `gate input` prints yours
#   remediation: use one of the extensions in the message, or try the new one and add it to `extensions` of this rule
#   parameters:                     # .lotus-gate.yaml can set them
#     extensions: {description: extensions that may be loaded, default: [ducklake, httpfs, postgres]}
package your_domain.your_rule

# Each element of deny is one finding. `at` is a position that came with the input.
deny contains {"message": message, "at": statement.at} if {
	some statement in input.statements
	statement.what == "load"
	not statement.name in extensions
	message := sprintf("extension %s is not among %s", [statement.name, concat(", ", extensions)])
}

extensions := data.parameters["your_domain/your_rule"].extensions
