# METADATA
# title: Guarded file changed without an approver
# description: |
#   Whoever changes the configuration, a waiver or a rule decides what is refused from the next push on. `trust` in
#   `.lotus-gate.yaml` names who may, and which other files are guarded. Judged is who committed: for a merge, only what
#   it changes itself, or takes back. A name and an e-mail address are a claim that anybody can make; only a signature
#   proves them, and whoever has a key in `trust.keys` must sign. Avoid approvers without one.
# related_resources:
#   - ref: https://github.com/lotus-lake/lotus-gate/blob/main/docs/configuration.md
# schemas:
#   - input: schema.approval
# custom:
#   severity: error
#   scope: change
#   when: history
#   kinds: [approval]
#   ratchet: false
#   ticket: TICKET-003
#   remediation: >-
#     take it out of your change: `git checkout HEAD~ -- <file>` and `git commit --amend --no-edit` for the last
#     commit, a rebase for older ones; and have an approver commit it instead
package trust.unapproved_change

deny contains {"message": message} if {
	is_object(input.committer)
	not approved
	message := sprintf("%s may be changed by %s only, and was %s by %s", [input.path, approvers, input.change, committer])
}

deny contains {"message": message, "remedy": sign} if {
	approved
	must_sign
	not is_object(input.signature)
	message := sprintf("%s was %s in the name of %s without a signature, and a name is only a claim", [input.path, input.change, committer])
}

deny contains {"message": message, "remedy": sign} if {
	approved
	problem := input.signature.problem
	is_string(problem)
	message := sprintf("%s was %s in the name of %s, but the signature%s %s", [input.path, input.change, committer, key, problem])
}

deny contains {"message": message, "remedy": grow} if {
	input.change == "rewound"
	message := sprintf("%s is guarded, and the forced push would replace it without a commit that answers for it", [input.path])
}

deny contains {"message": message, "remedy": keep} if {
	input.change == "deleted"
	message := sprintf("the default branch would be deleted, and %s with it, which says who is trusted", [input.path])
}

approved if input.committer.email in input.approvers

must_sign if input.require_signatures

must_sign if input.keys > 0

committer := sprintf("%s <%s>", [input.committer.name, input.committer.email])

approvers := concat(", ", input.approvers) if count(input.approvers) <= 5

approvers := sprintf("%s and %d more", [concat(", ", array.slice(input.approvers, 0, 4)), count(input.approvers) - 4]) if {
	count(input.approvers) > 5
}

default key := ""

key := sprintf(" by key %s", [input.signature.key]) if is_string(input.signature.key)

sign := concat(" ", [
	"sign it with a key that `trust.keys` lists for that address: `git config gpg.format ssh` (for a key of SSH),",
	"`git config user.signingKey <key>` and `git commit --amend --no-edit -S` for the last commit, a rebase for older ones",
])

grow := "push without --force: a commit of an approver that changes the file answers for it"

keep := "make another branch the default one on the server first"
