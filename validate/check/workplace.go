package check

import (
	"context"
	"fmt"

	"github.com/lotus-lake/lotus-gate/validate/lake"
	"github.com/lotus-lake/lotus-gate/validate/repo"
	"github.com/lotus-lake/lotus-gate/validate/state"
)

// Workplace is a checkout as an audit sees it.
type Workplace struct {
	Tree   lake.Tree
	States []string      // state files that lie in it, also where git ignores them; no backups
	Since  lake.Since    // of backfill flags; nil without a history
	Recent []repo.Commit // along first parents, the newest first; none without a history
}

// recent is how many commits a Workplace knows.
const recent = 20

// Workplace lists a directory. git is the repository around it, nil for none.
func (c *Checker) Workplace(ctx context.Context, dir string, git *repo.Repo) (Workplace, error) {
	files, err := repo.WorkingFiles(ctx, dir, git, localState)
	if err != nil {
		return Workplace{}, fmt.Errorf("list %s: %w", dir, err)
	}
	place := Workplace{Tree: onDisk(dir, files, c.Config.Limits.Blob)}
	for _, f := range files {
		switch form, _ := state.Name(f.Path); form {
		case state.State, state.WorkspaceState, state.ErroredState:
			place.States = append(place.States, f.Path)
		}
	}
	if git == nil {
		return place, nil
	}
	head, err := DefaultBranch(git)
	if err != nil || head.IsZero() {
		return place, err
	}
	prefix, err := git.Prefix(dir)
	if err != nil {
		return Workplace{}, fmt.Errorf("find %s in the repository: %w", dir, err)
	}
	place.Since = c.since(git, head, prefix)
	for commit, err := range git.FirstParent(ctx, head) {
		if err != nil {
			break // as far as it can be read: it is only shown
		}
		if place.Recent = append(place.Recent, commit); len(place.Recent) == recent {
			break
		}
	}
	return place, nil
}
