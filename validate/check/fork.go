package check

import (
	"context"
	"fmt"

	"github.com/lotus-lake/lotus-gate/validate/repo"
)

// forkPoint is where commits, which base does not have and tip does, grew from:
// base itself, or, when base has moved on since, the last commit that both have;
// tip, when base has it too. What happened on base in the meantime is no change
// of theirs.
func forkPoint(ctx context.Context, git *repo.Repo, base, tip repo.Hash, commits []repo.Commit) (repo.Hash, error) {
	if len(commits) == 0 {
		return tip, nil
	}
	own := map[repo.Hash]bool{}
	for _, c := range commits {
		own[c.Hash] = true
	}
	var fork repo.Hash
	for _, c := range commits {
		for _, parent := range c.Parents {
			if parent == base {
				return base, nil
			}
			if own[parent] || parent == fork {
				continue
			}
			later, err := laterOf(ctx, git, fork, parent)
			if err != nil {
				return repo.Hash{}, fmt.Errorf("find where the range forks: %w", err)
			}
			fork = later
		}
	}
	if fork.IsZero() {
		return base, nil
	}
	return fork, nil
}

// laterOf is, of two commits, the one that has the other in its history, or else
// the one that was made later. Zero comes before every commit.
func laterOf(ctx context.Context, git *repo.Repo, a, b repo.Hash) (repo.Hash, error) {
	if a.IsZero() {
		return b, nil
	}
	for _, order := range [][2]repo.Hash{{a, b}, {b, a}} {
		missing, err := git.NewCommits(ctx, order[1:], order[:1])
		if err != nil {
			return repo.Hash{}, err
		}
		if len(missing) == 0 {
			return order[0], nil
		}
	}
	one, err := git.Commit(a)
	if err != nil {
		return repo.Hash{}, err
	}
	other, err := git.Commit(b)
	if err != nil {
		return repo.Hash{}, err
	}
	if other.CommitterTime.After(one.CommitterTime) {
		return b, nil
	}
	return a, nil
}
