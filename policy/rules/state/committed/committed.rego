# METADATA
# title: Terraform state or plan committed
# description: |
#   State in git means that somebody ran Terraform beside tofu-controller: two states drift apart, connections point to
#   deleted sources, syncs fail with "secret not found", and "Applied successfully" lies. State and plans also hold
#   credentials in clear text, and whoever can read the repository can read them for ever. Found by name and by content:
#   renamed, packed, encoded, pasted into a script, behind a symbolic link, or added and deleted again in one push. Avoid
#   running `terraform plan` or `apply` locally; `terraform validate` never writes state.
# related_resources:
#   - ref: https://github.com/lotus-lake/lotus-gate/blob/main/docs/rules/state/committed.md
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
#     commit again without it, because a later deletion takes nothing away: `git reset --soft $(git merge-base
#     origin/main HEAD)` (or another branch that the server has), `git rm -rq --cached --ignore-unmatch <file>`, `git
#     commit -C ORIG_HEAD`; delete the local copy, or have git ignore it with `gate fix --write state/committed`;
#     change every credential that was in it if it was ever pushed
#   fix: untrack
package state.committed

deny contains {"message": message, "at": thing.at} if {
	some thing in forbidden
	message := sprintf("%s must not be committed: it holds %s", [input.path, described(thing)])
}

deny contains {"message": message} if {
	count(forbidden) == 0
	says_state(input.name)
	message := sprintf("%s must not be committed: its name says %s%s", [input.path, input.name, where])
}

deny contains {"message": message} if {
	not says_state(input.name)
	says_state(input.link.name)
	message := sprintf(
		"%s must not be committed: it links to %s, whose name says %s",
		[input.path, input.link.target, input.link.name],
	)
}

# Variable files, also inside archives, are for state/variables_committed.
forbidden contains thing if {
	some thing in input.found
	thing.form != "variables"
}

says_state(name) if {
	is_string(name)
	name != "variables"
}

described(thing) := sprintf("%s (%s)", [thing.form, concat(", ", notes)]) if {
	notes := array.concat(thing.via, [detail | detail := thing.detail; detail != ""])
	count(notes) > 0
} else := thing.form

default where := ""

where := ", its content is in Git LFS" if input.lfs
