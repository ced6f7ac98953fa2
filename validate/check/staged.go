package check

import (
	"context"
	"fmt"

	"github.com/lotus-lake/lotus-gate/validate/lake"
	"github.com/lotus-lake/lotus-gate/validate/repo"
)

// Staged judges the index against HEAD: what a commit made now would bring.
func (c *Checker) Staged(ctx context.Context, git *repo.Repo) (Result, error) {
	r := c.start()
	staged, err := git.Index()
	if err != nil {
		return Result{}, fmt.Errorf("read index: %w", err)
	}
	var entries []lake.Entry
	for _, e := range staged {
		if e.Stage == 0 && !e.IntentToAdd {
			entries = append(entries, gitEntry(e.Path, e.Mode, e.Hash))
		}
	}
	limit := c.Config.Limits.Blob
	tree := lake.NewFiles(entries, func(e lake.Entry) ([]byte, error) { return readBlob(git, e, limit) })
	s := snapshot{tip: lake.NewView(tree, c.lake())}
	head, err := DefaultBranch(git)
	if err != nil {
		return Result{}, err
	}
	before := map[string]lake.Entry{}
	if !head.IsZero() {
		s.base, s.since = r.view(git, head), r.since(git, head, "")
		err := lake.Walk(s.base, "", func(e lake.Entry) error {
			before[e.Path] = e
			return nil
		})
		if err != nil {
			return Result{}, fmt.Errorf("read HEAD: %w", err)
		}
	}
	for _, e := range entries {
		if before[e.Path] != e {
			s.touched = append(s.touched, e.Path)
		}
		delete(before, e.Path)
	}
	for path := range before {
		s.touched = append(s.touched, path)
	}
	if err := r.tip(ctx, s); err != nil {
		return Result{}, err
	}
	return r.finish(ctx, false), nil
}
