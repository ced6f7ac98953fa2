# METADATA
# title: Two Terraform roots declare the same objects
# description: |
#   Each root has a state of its own; when two roots declare one source or connection, each creates it: Airbyte shows it
#   twice, both write to the same place, and deleting either leaves the other behind. Copying a root to try something is
#   how it usually begins; use a branch instead. Roots that are alike on purpose (one an environment) are named in the
#   parameter `alike`.
# related_resources:
#   - ref: https://github.com/lotus-lake/lotus-gate/blob/main/docs/rules/state/duplicate_root.md
# schemas:
#   - input: schema.workspace
# custom:
#   severity: error
#   scope: change
#   when: tip
#   kinds: [workspace]
#   ticket: TICKET-003
#   remediation: >-
#     keep the root that the Terraform object names in `spec.path` and delete the other, `git rm -rq <directory>`; if
#     they serve different environments, list their directories in the rule's parameter `alike`
#   parameters:
#     addresses:
#       description: globs of resource addresses that must be declared once in the repository
#       schema: {type: array, items: {type: string, minLength: 1}}
#       default: ["airbyte_*.*"]
#     alike:
#       description: globs of directories whose roots are alike on purpose and own different objects
#       schema: {type: array, items: {type: string, minLength: 1}}
#       default: []
package state.duplicate_root

import data.lib.names

deny contains {"message": message, "at": at} if {
	some root in input.modules
	some other in input.modules
	other.path < root.path
	not alike(root.path, other.path)
	shared := owned(root) & owned(other)
	count(shared) > 0
	at := [declared.at | some declared in root.addresses; declared.address == min(shared)][0]
	message := sprintf("%s declares what %s declares, in a second state: %s", [root.path, other.path, names.few(shared)])
}

owned(root) := {declared.address |
	some declared in root.addresses
	some pattern in data.parameters["state/duplicate_root"].addresses
	glob.match(pattern, [], declared.address)
}

alike(a, b) if {
	patterns := data.parameters["state/duplicate_root"].alike
	some p in patterns
	glob.match(p, ["/"], a)
	some q in patterns
	glob.match(q, ["/"], b)
}
