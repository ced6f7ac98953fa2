# METADATA
# title: State kept in a local file
# description: |
#   A local backend takes effect only where a person runs Terraform by hand: it starts a second state that knows nothing
#   of the first, creates sources and connections anew, and the controller goes on with ids that no longer exist.
#   tofu-controller keeps state in a Secret and overrides any backend of the code. Reading another root's local state
#   (`terraform_remote_state` with backend "local") can only work beside such a file. No backend block at all is right.
# related_resources:
#   - ref: https://github.com/lotus-lake/lotus-gate/blob/main/docs/rules/state/local_backend.md
# schemas:
#   - input: schema.module
# custom:
#   severity: error
#   scope: change
#   when: tip
#   kinds: [module]
#   ticket: TICKET-003
#   remediation: >-
#     delete the backend block, tofu-controller supplies its own; check the code with `terraform init -backend=false`
#     and `terraform validate`, which write no state
package state.local_backend

deny contains {"message": message, "at": input.backend.at} if {
	input.backend.type == "local"
	message := sprintf("%s keeps its state in a local file, beside the state of tofu-controller", [input.path])
}

deny contains {"message": message, "at": backend.at, "remedy": remedy} if {
	some resource in input.resources
	resource.mode == "data"
	resource.type == "terraform_remote_state"
	backend := resource.attributes.backend
	backend.value == "local"
	message := sprintf("%s reads the state of another root from a local file", [resource.address])
	remedy := concat(" ", [
		"delete the data block, and read what the other root's Terraform object writes to a Secret",
		"(`writeOutputsToSecret`) as a variable, through `varsFrom`",
	])
}
