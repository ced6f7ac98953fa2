package check

import (
	"context"
	"fmt"
	"slices"

	"github.com/lotus-lake/lotus-gate/policy"
	"github.com/lotus-lake/lotus-gate/validate/lake"
	"github.com/lotus-lake/lotus-gate/validate/repo"
	"github.com/lotus-lake/lotus-gate/validate/state"
)

// introduced is a file that a commit brought: one that no parent has at that
// path with that content.
type introduced struct {
	lake.Entry
	commit repo.Hash
	tree   repo.Hash
}

// blobs remembers which contents a run has judged already.
type blobs struct {
	judged map[string]bool    // by blob id; true when something was found in it
	paths  map[[2]string]bool // path and blob id, for files that are judged by name
}

func newBlobs() *blobs { return &blobs{judged: map[string]bool{}, paths: map[[2]string]bool{}} }

// chunk bounds how many commits' changes are in memory at once.
const chunk = 512

// history judges what each of the commits, oldest first, introduced. Every
// distinct blob is inspected once and attributed to the first commit that has it.
func (r *run) history(ctx context.Context, git *repo.Repo, commits []repo.Commit, seen *blobs) error {
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
	r.res.Commits += len(commits)
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
func (r *run) files(ctx context.Context, git *repo.Repo, list []introduced, seen *blobs) error {
	var fresh, again []introduced
	for _, f := range list {
		switch _, known := seen.judged[f.ID]; {
		case !known:
			seen.judged[f.ID] = false
			fresh = append(fresh, f)
		case seen.paths[[2]string{f.Path, f.ID}]:
		default:
			again = append(again, f)
			continue
		}
		seen.paths[[2]string{f.Path, f.ID}] = true
	}
	dirty := make([]bool, len(fresh))
	err := each(ctx, fresh, func(ctx context.Context, i int, f introduced) (err error) {
		dirty[i], err = r.file(ctx, git, f)
		return err
	})
	if err != nil {
		return err
	}
	for i, f := range fresh {
		seen.judged[f.ID] = seen.judged[f.ID] || dirty[i]
	}
	// A known content under another path: by its name, or because it is bad.
	again = slices.DeleteFunc(again, func(f introduced) bool {
		key := [2]string{f.Path, f.ID}
		_, named := state.Name(f.Path)
		skip := seen.paths[key] || !named && !seen.judged[f.ID]
		seen.paths[key] = true
		return skip
	})
	return each(ctx, again, func(ctx context.Context, _ int, f introduced) error {
		_, err := r.file(ctx, git, f)
		return err
	})
}

// file judges one file of one commit by the history rules; dirty tells that
// there is something to say of it.
func (r *run) file(ctx context.Context, git *repo.Repo, f introduced) (dirty bool, err error) {
	data, readErr := readBlob(git, f.Entry, r.Config.Limits.Blob)
	view := lake.NewView(gitTree{git, f.tree, r.Config.Limits.Blob}, r.lake())
	findings, err := r.document(ctx, view, f.Entry, data, readErr, f.commit.String(), policy.History)
	r.keep(findings)
	return len(findings) > 0, err
}
