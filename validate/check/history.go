package check

import (
	"context"
	"fmt"
	"slices"

	"github.com/lotus-lake/lotus-gate/policy"
	"github.com/lotus-lake/lotus-gate/validate/lake"
	"github.com/lotus-lake/lotus-gate/validate/repo"
)

// introduced is a file that a commit brought: one that no parent has at that
// path with that content.
type introduced struct {
	lake.Entry
	commit repo.Hash
	tree   repo.Hash
}

// judged remembers which files a run has seen: the same content is judged once
// under each of its paths, for what a file means depends on its name too.
type judged map[lake.Entry]bool

// chunk bounds how many commits' changes are in memory at once.
const chunk = 512

// history judges what each of the commits, oldest first, introduced. Every
// distinct file is judged once and attributed to the first commit that has it.
func (r *run) history(ctx context.Context, git *repo.Repo, commits []repo.Commit, seen judged) error {
	r.res.Commits += len(commits)
	if !r.Engine.Acts(policy.History) {
		return nil
	}
	done := 0
	for part := range slices.Chunk(commits, chunk) {
		lists := make([][]introduced, len(part))
		err := each(ctx, part, func(ctx context.Context, i int, c repo.Commit) (err error) {
			lists[i], err = introductions(ctx, git, c)
			return err
		})
		if err != nil {
			return fmt.Errorf("read changes: %w", err)
		}
		if err := r.files(ctx, git, slices.Concat(lists...), seen); err != nil {
			return err
		}
		done += len(part)
		if r.Progress != nil {
			r.Progress(done, len(commits))
		}
	}
	return nil
}

// introductions lists what a commit brought, by path. A merge brings only what
// differs from every parent: the rest came in through a parent.
func introductions(ctx context.Context, git *repo.Repo, c repo.Commit) ([]introduced, error) {
	var list []introduced
	from := map[lake.Entry]int{}
	for change, err := range git.Changes(ctx, c) {
		if err != nil {
			return nil, fmt.Errorf("commit %s: %w", c.Hash, err)
		}
		if change.Status == 'D' {
			continue
		}
		entry := gitEntry(change.Path, change.Mode, change.Blob)
		if from[entry]++; from[entry] == max(len(c.Parents), 1) {
			list = append(list, introduced{entry, c.Hash, c.Tree})
		}
	}
	return list, nil
}

// files judges introduced files, first come first served.
func (r *run) files(ctx context.Context, git *repo.Repo, list []introduced, seen judged) error {
	if !r.Engine.Acts(policy.History) {
		return nil
	}
	list = slices.DeleteFunc(list, func(f introduced) bool {
		known := seen[f.Entry]
		seen[f.Entry] = true
		return known
	})
	return each(ctx, list, func(ctx context.Context, _ int, f introduced) error { return r.file(ctx, git, f) })
}

// file judges one file of one commit by the history rules.
func (r *run) file(ctx context.Context, git *repo.Repo, f introduced) error {
	data, readErr := readBlob(git, f.Entry, r.Config.Limits.Blob)
	view := lake.NewView(gitTree{git, f.tree, r.Config.Limits.Blob}, r.lake())
	findings, err := r.document(ctx, view, f.Entry, data, readErr, f.commit.String(), policy.History)
	r.keep(findings)
	return err
}
