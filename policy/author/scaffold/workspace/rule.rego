# METADATA
# title: Secret used in a namespace of nobody
# description: |
#   Say why it hurts, and what to avoid. The first sentence is shown with each finding.
#   This one keeps workloads with Secrets out of the namespace `default`.
# schemas:
#   - input: schema.workspace       # a misspelt input field does not compile
# custom:
#   severity: error                 # error refuses, warning and info are told
#   scope: change
#   when: tip                       # tip: the result of a change; history: every new commit
#   kinds: [workspace]              # docs/inputs.md describes each kind; `gate input` prints yours
#   remediation: give the object a namespace of its own
package your_domain.your_rule

# Each element of deny is one finding. `at` is a position that came with the input.
deny contains {"message": message, "at": use.at} if {
	some use in input.secret_uses
	use.namespace == "default"
	message := sprintf("%s uses Secret %s in the namespace default", [use.object, use.secret])
}
