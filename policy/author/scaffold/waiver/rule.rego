# METADATA
# title: Waiver that gives no reason
# description: |
#   Say why it hurts, and what to avoid. The first sentence is shown with each finding.
#   This one asks for a reason that somebody else can judge.
# schemas:
#   - input: schema.waiver          # a misspelt input field does not compile
# custom:
#   severity: error                 # error refuses, warning and info are told
#   scope: change
#   when: tip                       # tip: the result of a change; history: every new commit
#   kinds: [waiver]                 # docs/inputs.md describes each kind; `gate input` prints yours
#   remediation: write into `reason` what would have to happen for the waiver to go
#   parameters:                     # .lotus-gate.yaml can set them
#     shortest: {description: characters of a reason, default: 10}
package your_domain.your_rule

# Each element of deny is one finding. `at` is a position that came with the input.
deny contains {"message": message, "at": input.at} if {
	count(input.reason) < data.parameters["your_domain/your_rule"].shortest
	message := sprintf("%q is no reason to waive %s", [input.reason, input.rule])
}
