package check

import (
	"context"
	"fmt"
	"slices"

	"github.com/lotus-lake/lotus-gate/policy"
	"github.com/lotus-lake/lotus-gate/validate/repo"
)

// Step is one commit of a first-parent line, judged as the push that brought it,
// with all that it merged.
type Step struct {
	repo.Commit
	Result Result

	// Units are the files, modules, sources and the workspace that the step
	// concerned, with all findings that they have after it, old ones too. What it
	// does not name is as it was.
	Units map[string][]policy.Finding
}

// replayed is how many steps are in memory at once.
const replayed = 256

// Replay judges commits of a first-parent line, oldest first, each against its
// first parent and by the clock of its own time, and hands them over in order. Rules
// that were made later are judged as if they had been there.
func (c *Checker) Replay(ctx context.Context, git *repo.Repo, line []repo.Commit, visit func(Step) error) error {
	c.flags = openFlags(git.GitDir())
	done := 0
	for part := range slices.Chunk(line, replayed) {
		steps := make([]Step, len(part))
		err := each(ctx, part, func(ctx context.Context, i int, commit repo.Commit) (err error) {
			steps[i], err = c.step(ctx, git, commit)
			return err
		})
		if err != nil {
			return err
		}
		for _, step := range steps {
			if err := visit(step); err != nil {
				return err
			}
		}
		if done += len(part); c.Progress != nil {
			c.Progress(done, len(line))
		}
	}
	return nil
}

func (c *Checker) step(ctx context.Context, git *repo.Repo, commit repo.Commit) (Step, error) {
	own := *c
	own.Progress, own.OwnConfig, own.BrokenConfig = nil, false, false
	if !commit.CommitterTime.IsZero() {
		own.Now = commit.CommitterTime
	}
	r, seen := own.startChange(), judged{}
	r.units = map[string][]policy.Finding{}
	commits, base := []repo.Commit{commit}, repo.Hash{}
	if len(commit.Parents) > 0 {
		base = commit.Parents[0]
	}
	if len(commit.Parents) > 1 {
		var err error
		if commits, err = git.NewCommits(ctx, []repo.Hash{commit.Hash}, []repo.Hash{base}); err != nil {
			return Step{}, fmt.Errorf("commit %s: find what it merged: %w", commit.Hash, err)
		}
	}
	if err := r.history(ctx, git, commits, seen); err != nil {
		return Step{}, err
	}
	if err := r.change(ctx, git, base, commit.Hash, true, seen); err != nil {
		return Step{}, fmt.Errorf("commit %s: %w", commit.Hash, err)
	}
	return Step{commit, r.finish(ctx, false), r.units}, nil
}

// follow notes what a unit has now.
func (r *run) follow(unit string, findings []policy.Finding) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.units != nil {
		r.units[unit] = slices.Clone(findings)
	}
}

// ofTip leaves out what history rules say, who have judged the commits.
func (r *run) ofTip(findings []policy.Finding) []policy.Finding {
	return slices.DeleteFunc(findings, func(f policy.Finding) bool {
		rule, _ := r.Set.Rule(f.Rule)
		return rule.When == policy.History
	})
}

func unitOf(kind, path string) string { return kind + " " + path }
func fileUnit(path string) string     { return unitOf("file", path) }

// Line is a first-parent line down to what exclude reaches, oldest first. It ends
// where history does; the last commit of a shallow clone is left out, for what it
// brought is not known.
func Line(ctx context.Context, git *repo.Repo, tip repo.Hash, exclude ...repo.Hash) (line []repo.Commit, shallow bool, err error) {
	fresh, err := git.NewCommits(ctx, []repo.Hash{tip}, exclude)
	if err != nil {
		return nil, false, fmt.Errorf("find commits: %w", err)
	}
	among := make(map[repo.Hash]bool, len(fresh))
	for _, c := range fresh {
		among[c.Hash] = true
	}
	for c, err := range git.FirstParent(ctx, tip) {
		if err != nil {
			return nil, false, err
		}
		if !among[c.Hash] {
			break
		}
		if git.IsShallow(c.Hash) {
			shallow = true
			break
		}
		line = append(line, c)
	}
	slices.Reverse(line)
	return line, shallow, nil
}
