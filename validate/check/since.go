package check

import (
	"context"
	"iter"

	"github.com/lotus-lake/lotus-gate/validate/lake"
	"github.com/lotus-lake/lotus-gate/validate/repo"
	"github.com/lotus-lake/lotus-gate/validate/stream"
)

// since looks for the commits that set backfill flags on the first-parent
// history of a commit. prefix leads from its root to that of the lake.
func (c *Checker) since(git *repo.Repo, tip repo.Hash, prefix string) lake.Since {
	return func(ctx context.Context, paths []string) (map[string]stream.Setting, error) {
		return stream.Settings(paths, c.firstParents(ctx, git, tip, prefix), func(path, blob string) (bool, error) {
			data, err := readBlob(git, lake.Entry{Path: path, ID: blob}, maxStream)
			return err == nil && stream.Read(path, data).Backfill(), err
		})
	}
}

// maxStream bounds a stream file in bytes.
const maxStream = 16 << 20

// firstParents walks a history. A commit that is dated in the future counts as
// made with the one after it, or else a wrong clock would keep a flag young.
func (c *Checker) firstParents(ctx context.Context, git *repo.Repo, tip repo.Hash, prefix string) iter.Seq2[stream.Commit, error] {
	return func(yield func(stream.Commit, error) bool) {
		now := c.Now
		earliest := now
		for c, err := range git.FirstParent(ctx, tip) {
			when := c.CommitterTime
			if when.After(now) {
				when = earliest
			}
			if when.Before(earliest) {
				earliest = when
			}
			commit := stream.Commit{ID: c.Hash.String(), When: when, Cut: git.IsShallow(c.Hash)}
			commit.Blob = func(path string) (string, error) {
				e, ok, err := git.Entry(c.Tree, prefix+path)
				if err != nil || !ok || e.Mode == repo.ModeDir || e.Mode == repo.ModeSubmodule {
					return "", err
				}
				return e.Hash.String(), nil
			}
			if !yield(commit, err) || err != nil {
				return
			}
		}
	}
}
