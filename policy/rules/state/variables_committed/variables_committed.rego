# METADATA
# title: Terraform variable file committed
# description: |
#   A .tfvars file is where the values of sensitive variables end up in clear text. tofu-controller takes the lake's
#   variables from a Secret (`varsFrom`) and never reads the file, so it serves only local runs, which split the state.
#   Commit a `.tfvars.example` without values instead; a file that SOPS encrypted passes.
# related_resources:
#   - ref: https://github.com/lotus-lake/lotus-gate/blob/main/docs/rules/state/variables_committed.md
# schemas:
#   - input: schema.material
# custom:
#   severity: error
#   scope: document
#   when: history
#   kinds: [material]
#   ticket: TICKET-003
#   sensitive: true
#   remediation: >-
#     move the values to the Secret that the Terraform object names in `spec.varsFrom`, and commit again without the
#     file: `git reset --soft $(git merge-base origin/main HEAD)` (or another branch that the server has), `git rm -rq
#     --cached --ignore-unmatch <file>`, `git commit -C ORIG_HEAD`; have git ignore it with `gate fix --write
#     state/variables_committed`; change every credential that was in it if it was ever pushed
#   fix: untrack
package state.variables_committed

deny contains {"message": message} if {
	input.name == "variables"
	not input.encrypted
	message := sprintf("%s must not be committed: its name says Terraform variables", [input.path])
}

deny contains {"message": message} if {
	is_null(input.name)
	input.link.name == "variables"
	message := sprintf(
		"%s must not be committed: it links to the Terraform variables in %s",
		[input.path, input.link.target],
	)
}

deny contains {"message": message, "at": thing.at} if {
	some thing in input.found
	thing.form == "variables"
	message := sprintf(
		"%s must not be committed: it holds Terraform variables in %s",
		[input.path, concat(", ", thing.via)],
	)
}
