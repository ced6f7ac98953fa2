# METADATA
# title: Workload of which nothing runs
# description: |
#   Say why it hurts, and what to avoid. The first sentence is shown with each finding.
#   This one finds what was scaled to nothing and forgotten.
# schemas:
#   - input: schema.workload         # a misspelt input field does not compile
# custom:
#   severity: warning               # error makes `gate audit` end in exit 1, warning and info are told
#   scope: audit                    # what git, Terraform's states, Airbyte and the cluster believe
#   when: tip
#   kinds: [workload]               # docs/inputs.md describes each kind
#   remediation: scale it up, or remove it
package your_domain.your_rule

# Each element of deny is one finding.
deny contains {"message": message} if {
	input.running == 0
	w := input.workload
	message := sprintf("no pod of %s %s/%s runs", [w.kind, w.namespace, w.name])
}
