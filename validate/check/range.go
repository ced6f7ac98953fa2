package check

import (
	"context"
	"fmt"

	"github.com/lotus-lake/lotus-gate/validate/lake"
	"github.com/lotus-lake/lotus-gate/validate/repo"
)

// Range judges each commit of base..tip and the result. A zero base stands for
// an empty repository.
func (c *Checker) Range(ctx context.Context, git *repo.Repo, base, tip repo.Hash) (Result, error) {
	r, seen := c.startChange(), judged{}
	var known []repo.Hash
	if !base.IsZero() {
		known = []repo.Hash{base}
	}
	commits, err := git.NewCommits(ctx, []repo.Hash{tip}, known)
	if err != nil {
		return Result{}, fmt.Errorf("find commits: %w", err)
	}
	if err := r.history(ctx, git, commits, seen); err != nil {
		return Result{}, err
	}
	if len(c.Config.Trust.Approvers) > 0 {
		if err := r.approvals(ctx, git, base, tip, false); err != nil {
			return Result{}, err
		}
	}
	fork, err := forkPoint(ctx, git, base, tip, commits)
	if err != nil {
		return Result{}, err
	}
	if err := r.change(ctx, git, fork, tip, true, seen); err != nil {
		return Result{}, err
	}
	if err := r.timeline(ctx, git, tip, commits); err != nil {
		return Result{}, err
	}
	return r.finish(ctx, base.IsZero()), nil
}

// History judges every commit that the revisions reach, and each revision's
// tree as it stands.
func (c *Checker) History(ctx context.Context, git *repo.Repo, tips []repo.Hash) (Result, error) {
	r := c.start()
	snapshots := make([]snapshot, len(tips))
	for i, tip := range tips {
		snapshots[i] = snapshot{tip: r.view(git, tip), all: true, commit: tip.String(), since: r.since(git, tip, "")}
		entries, err := r.affected(snapshots[i])
		if err != nil {
			return Result{}, fmt.Errorf("list %s: %w", tip, err)
		}
		r.prepare(snapshots[i], entries) // while history is read
	}
	commits, err := git.NewCommits(ctx, tips, nil)
	if err != nil {
		return Result{}, fmt.Errorf("find commits: %w", err)
	}
	if err := r.history(ctx, git, commits, judged{}); err != nil {
		return Result{}, err
	}
	for _, s := range snapshots {
		if err := r.tip(ctx, s); err != nil {
			return Result{}, err
		}
	}
	if len(tips) > 0 {
		if err := r.timeline(ctx, git, tips[0], commits); err != nil {
			return Result{}, err
		}
	}
	return r.finish(ctx, true), nil
}

// change judges what lies between two commits as a whole: files that came from
// commits the repository already had, by the history rules, and the result, by
// the tip rules.
func (r *run) change(ctx context.Context, git *repo.Repo, base, tip repo.Hash, protected bool, seen judged) error {
	var touched []string
	var brought []introduced
	for change, err := range git.Diff(ctx, base, tip) {
		if err != nil {
			return fmt.Errorf("compare with the base: %w", err)
		}
		touched = append(touched, change.Path)
		if change.Status != 'D' {
			brought = append(brought, introduced{gitEntry(change.Path, change.Mode, change.Blob), tip, tip})
		}
	}
	if err := r.files(ctx, git, brought, seen); err != nil {
		return err
	}
	if !protected {
		return nil
	}
	s := snapshot{tip: r.view(git, tip), touched: touched, commit: tip.String(), since: r.since(git, tip, ""), followed: r.units != nil}
	if err := r.ownConfig(ctx, s); err != nil {
		return err
	}
	if !base.IsZero() {
		s.base = r.view(git, base)
	}
	return r.tip(ctx, s)
}

func (r *run) view(git *repo.Repo, tree repo.Hash) *lake.View {
	return lake.NewView(gitTree{git, tree, r.Config.Limits.Blob}, r.lake())
}
