package check

import (
	"context"
	"fmt"

	"github.com/lotus-lake/lotus-gate/policy"
	"github.com/lotus-lake/lotus-gate/validate/config"
	"github.com/lotus-lake/lotus-gate/validate/repo"
	"github.com/lotus-lake/lotus-gate/validate/signature"
)

// answer is who answers for a change, and what there is to show for it.
type answer struct {
	author, committer repo.Person
	signature         *signature.Result // nil for none
	keys              int               // of the committer, that are known
}

// approve judges changes of guarded files, those of one commit together.
func (r *run) approve(ctx context.Context, git *repo.Repo, changes []guardedChange) error {
	answers := map[repo.Hash]*answer{{}: nil}
	for _, c := range changes {
		by, known := answers[c.commit]
		if !known {
			var err error
			if by, err = r.answer(git, c.commit); err != nil {
				return err
			}
			answers[c.commit] = by
		}
		doc := r.approval(c.path, c.how, by)
		if !c.commit.IsZero() {
			doc.Commit = c.commit.String()
		}
		r.observe(doc)
		findings, err := r.Engine.Judge(ctx, doc, policy.History)
		if err != nil {
			r.undecided(err)
		}
		r.keep(findings)
	}
	return nil
}

// answer reads who made a commit and verifies its signature by that one's keys.
func (r *run) answer(git *repo.Repo, commit repo.Hash) (*answer, error) {
	s, err := git.Signed(commit)
	if err != nil {
		return nil, fmt.Errorf("read who made it: %w", err)
	}
	keys, err := r.Config.Trust.KeysOf(s.Committer.Email)
	if err != nil {
		return nil, err
	}
	by := &answer{author: s.Author, committer: s.Committer, keys: len(keys)}
	if s.Signature != nil {
		result := signature.Verify(s.Payload, s.Signature, keys, s.Made, r.Now)
		by.signature = &result
	}
	return by, nil
}

// approval is what the rules see of a change of a guarded file; by is nil when no
// commit made it.
func (r *run) approval(path, how string, by *answer) policy.Document {
	approvers := []any{}
	for _, email := range r.Config.Approvers(path) {
		approvers = append(approvers, email)
	}
	input := map[string]any{
		"change": how, "approvers": approvers, "require_signatures": r.Config.Trust.RequireSignatures,
		"author": nil, "committer": nil, "signature": nil, "keys": 0,
	}
	if by != nil {
		input["author"], input["committer"], input["keys"] = person(by.author), person(by.committer), by.keys
		if s := by.signature; s != nil {
			input["signature"] = map[string]any{"format": s.Format, "key": orNull(s.Key), "problem": orNull(s.Problem)}
		}
	}
	return policy.Document{Kind: "approval", Path: path, Input: input}
}

func person(p repo.Person) map[string]any { return map[string]any{"name": p.Name, "email": p.Email} }

func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// guardBranch judges who answers for what becomes of a branch, if it is guarded.
func (r *run) guardBranch(ctx context.Context, git *repo.Repo, u Update, branch string, to receiver) error {
	if len(r.Config.Trust.Approvers) == 0 {
		return nil
	}
	isDefault := u.Ref == to.head
	if !isDefault { // another name may stand for it
		target, err := git.Target(u.Ref)
		if err != nil {
			return err
		}
		isDefault = target == to.head
	}
	switch {
	case !r.Config.Trust.Guards(branch, isDefault):
		return nil
	case !u.New.IsZero():
		known := u.Old
		if known.IsZero() {
			known = to.base
		}
		return r.approvals(ctx, git, known, u.New, !u.Old.IsZero())
	case isDefault: // with the branch goes who is trusted
		return r.approve(ctx, git, []guardedChange{{version{path: config.File}, repo.Hash{}, deleted}})
	}
	return nil
}
