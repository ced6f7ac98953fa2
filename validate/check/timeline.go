package check

import (
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"time"

	"github.com/lotus-lake/lotus-gate/validate/lake"
	"github.com/lotus-lake/lotus-gate/validate/repo"
	"github.com/lotus-lake/lotus-gate/validate/stream"
)

// timeline tells what became of the backfill flags along the first parents of
// tip, down to the first commit that is not among those to be judged. A flag that
// was on there already begins where it was turned on.
func (r *run) timeline(ctx context.Context, git *repo.Repo, tip repo.Hash, judged []repo.Commit) error {
	if !r.Timeline {
		return nil
	}
	among := make(map[repo.Hash]bool, len(judged))
	for _, c := range judged {
		among[c.Hash] = true
	}
	walk := flagWalk{run: r, git: git, on: map[repo.Hash]bool{}}
	line := stream.Timeline{End: r.Now}
	var turns []stream.Turn // newest first
	earliest := r.Now
	for c, err := range git.FirstParent(ctx, tip) {
		if err != nil {
			return err
		}
		if !among[c.Hash] {
			before, err := walk.before(ctx, c)
			if err != nil {
				return fmt.Errorf("backfill flags of commit %s: %w", c.Hash, err)
			}
			turns = append(turns, before...)
			break
		}
		if c.CommitterTime.Before(earliest) { // a clock that ran ahead counts as that of the next commit
			earliest = c.CommitterTime
		}
		line.Commits = append(line.Commits, earliest)
		found, err := walk.turns(ctx, c, earliest)
		if err != nil {
			return fmt.Errorf("backfill flags of commit %s: %w", c.Hash, err)
		}
		turns = append(turns, found...)
	}
	slices.Reverse(line.Commits)
	slices.Reverse(turns)
	line.Spans = stream.Spans(turns)
	r.res.Timeline = &line
	return nil
}

// flagWalk compares the backfill flags of neighbouring commits.
type flagWalk struct {
	*run
	git *repo.Repo
	on  map[repo.Hash]bool // of blobs that were read
}

// turns lists the flags that a commit turned, against its first parent. At the
// edge of a shallow clone nothing is known of the parent, and what is on was
// turned on nobody knows when.
func (w flagWalk) turns(ctx context.Context, c repo.Commit, when time.Time) ([]stream.Turn, error) {
	tree, err := w.streams(c.Hash)
	if err != nil {
		return nil, err
	}
	var before repo.Hash
	if len(c.Parents) > 0 {
		if before, err = w.streams(c.Parents[0]); err != nil {
			return nil, err
		}
	}
	var turns []stream.Turn
	for change, err := range w.git.Diff(ctx, before, tree) {
		if err != nil {
			return nil, err
		}
		p := path.Join(w.Config.Layout.Streams, change.Path)
		if _, ok := w.Config.Layout.StreamSource(p); !ok {
			continue
		}
		was, err := w.flag(p, change.OldMode, change.OldBlob)
		if err != nil {
			return nil, err
		}
		is, err := w.flag(p, change.Mode, change.Blob)
		if err != nil {
			return nil, err
		}
		if was == is {
			continue
		}
		turn := stream.Turn{Path: p, On: is, Commit: c.Hash.String(), Subject: c.Subject, When: when}
		if w.git.IsShallow(c.Hash) {
			turn.Commit, turn.Subject = "", ""
		}
		turns = append(turns, turn)
	}
	return turns, nil
}

// before lists the flags that are on in a commit, each with what turned it on.
func (w flagWalk) before(ctx context.Context, c repo.Commit) ([]stream.Turn, error) {
	everything := c
	everything.Parents = nil
	turns, err := w.turns(ctx, everything, c.CommitterTime)
	if err != nil || len(turns) == 0 {
		return nil, err
	}
	paths := make([]string, len(turns))
	for i, turn := range turns {
		paths[i] = turn.Path
	}
	settings, err := w.since(w.git, c.Hash, "")(ctx, paths)
	if err != nil {
		return nil, err
	}
	for i, turn := range turns {
		set := settings[turn.Path]
		turns[i].Commit, turns[i].Subject, turns[i].When = set.Commit, "", set.When
		if id, err := repo.ParseHash(set.Commit); err == nil {
			by, err := w.git.Commit(id)
			if err != nil {
				return nil, err
			}
			turns[i].Subject = by.Subject
		}
	}
	return turns, nil
}

// streams is the tree of the streams' directory; zero where there is none.
func (w flagWalk) streams(commit repo.Hash) (repo.Hash, error) {
	e, ok, err := w.git.Entry(commit, w.Config.Layout.Streams)
	if err != nil || !ok || e.Mode != repo.ModeDir {
		return repo.Hash{}, err
	}
	return e.Hash, nil
}

// flag tells whether a stream file has its flag on. One that is too large to be
// looked into has none that anybody sees.
func (w flagWalk) flag(p string, mode repo.Mode, blob repo.Hash) (bool, error) {
	if blob.IsZero() || mode == repo.ModeDir || mode == repo.ModeSubmodule {
		return false, nil
	}
	on, known := w.on[blob]
	if known {
		return on, nil
	}
	data, err := readBlob(w.git, lake.Entry{Path: p, ID: blob.String()}, maxStream)
	var skipped *lake.UninspectedError
	if err != nil && !errors.As(err, &skipped) {
		return false, err
	}
	w.on[blob] = stream.Read(p, data).Backfill()
	return w.on[blob], nil
}
