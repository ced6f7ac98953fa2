# METADATA
# title: Local state in the working tree
# description: |
#   A state file that git ignores is still a second state: someone ran Terraform here, beside tofu-controller. What it
#   created has ids that the controller's state does not know, and the next run from here plans from it. Only
#   `gate check` of a working tree can see it, because it is in no commit.
# related_resources:
#   - ref: https://github.com/lotus-lake/lotus-gate/blob/main/docs/tickets.md
# schemas:
#   - input: schema.material
# custom:
#   severity: warning
#   scope: document
#   when: tip
#   kinds: [material]
#   sensitive: true
#   ticket: TICKET-003
#   remediation: >-
#     compare its resources with the cluster's state and mend what differs, then delete it: `rm -rf <file>`
package state.local_state

deny contains {"message": message, "at": {"path": input.path, "line": 1, "column": 1}} if {
	input.ignored
	message := sprintf("%s lies in the working tree: someone ran Terraform here", [input.path])
}
