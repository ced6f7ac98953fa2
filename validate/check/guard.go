package check

import (
	"context"
	"fmt"

	"github.com/lotus-lake/lotus-gate/policy"
	"github.com/lotus-lake/lotus-gate/validate/repo"
)

// How a guarded file came to be what it is.
const (
	changed   = "changed"
	removed   = "removed"
	takenBack = "taken back" // by a merge, to what it was before the branch had it
	rewound   = "rewound"    // by a forced push: no commit says so
	deleted   = "deleted"    // with its branch
)

// guardedChange is a guarded file that a commit changed.
type guardedChange struct {
	version
	commit repo.Hash // zero when none answers for it
	how    string
}

// version is what a path holds; the zero blob stands for nothing.
type version struct {
	path string
	mode repo.Mode
	blob repo.Hash
}

func versionOf(c repo.Change) version { return version{c.Path, c.Mode, c.Blob} }

// approvals judges who answers for the guarded files that differ between what a
// branch was and what it becomes. known is what it was: whatever that reaches
// needs no approval. replaced: the branch is moved there whether tip grew from
// known or not.
func (r *run) approvals(ctx context.Context, git *repo.Repo, known, tip repo.Hash, replaced bool) error {
	if !r.Engine.Wants("approval", policy.History) {
		return nil
	}
	var exclude []repo.Hash
	if !known.IsZero() {
		exclude = []repo.Hash{known}
	}
	commits, err := git.NewCommits(ctx, []repo.Hash{tip}, exclude)
	if err != nil {
		return fmt.Errorf("find commits: %w", err)
	}
	fork, err := forkPoint(ctx, git, known, tip, commits)
	if err != nil {
		return err
	}
	g := guard{approvers: r.Config.Approvers, line: map[repo.Hash]bool{fork: true}, introduced: map[version]bool{}}
	for _, c := range commits {
		if err := g.commit(ctx, git, c); err != nil {
			return err
		}
	}
	if replaced && (fork != known || !g.line[tip]) {
		if err := g.rewound(ctx, git, known, tip); err != nil {
			return err
		}
	}
	return r.approve(ctx, git, g.changes())
}

// guard gathers what commits change of guarded files.
type guard struct {
	approvers func(path string) []string

	line       map[repo.Hash]bool // commits that have all that the branch had
	introduced map[version]bool   // what some commit brought anew
	found      []guardedChange
}

// commit notes what a commit, whose parents were noted before, changes. A merge
// changes a file that differs from all of its parents. It also does when the file
// differs from those parents that have what the branch had, for then it takes
// that back, unless what it takes instead was brought by a commit that is judged
// itself: that is for changes to tell, when all commits are known.
func (g *guard) commit(ctx context.Context, git *repo.Repo, c repo.Commit) error {
	parents, onLine := max(len(c.Parents), 1), 0
	for _, p := range c.Parents {
		if g.line[p] {
			onLine++
		}
	}
	if onLine > 0 || len(c.Parents) == 0 && g.line[repo.Hash{}] {
		g.line[c.Hash] = true
	}
	fromAll, fromLine := map[version]int{}, map[version]int{}
	for change, err := range git.Changes(ctx, c) {
		if err != nil {
			return fmt.Errorf("commit %s: %w", c.Hash, err)
		}
		if len(g.approvers(change.Path)) == 0 {
			continue
		}
		v := versionOf(change)
		if fromAll[v]++; fromAll[v] == parents {
			g.introduced[v] = true
			how := changed
			if change.Status == 'D' {
				how = removed
			}
			g.found = append(g.found, guardedChange{v, c.Hash, how})
		}
		if g.line[change.Parent] {
			if fromLine[v]++; fromLine[v] == onLine && onLine < parents {
				g.found = append(g.found, guardedChange{v, c.Hash, takenBack})
			}
		}
	}
	return nil
}

// rewound notes what a branch that did not grow loses, or gets back, without a
// commit that brings it.
func (g *guard) rewound(ctx context.Context, git *repo.Repo, old, tip repo.Hash) error {
	for change, err := range git.Diff(ctx, old, tip) {
		if err != nil {
			return fmt.Errorf("compare with what it was: %w", err)
		}
		if v := versionOf(change); len(g.approvers(change.Path)) > 0 {
			g.found = append(g.found, guardedChange{v, repo.Hash{}, rewound})
		}
	}
	return nil
}

// changes are those that somebody must answer for.
func (g *guard) changes() []guardedChange {
	var all []guardedChange
	for _, c := range g.found {
		if (c.how == takenBack || c.how == rewound) && g.introduced[c.version] {
			continue
		}
		all = append(all, c)
	}
	return all
}
