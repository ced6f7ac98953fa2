package check

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/lotus-lake/lotus-gate/validate/lake"
	"github.com/lotus-lake/lotus-gate/validate/repo"
)

// gitTree is a commit's tree as a snapshot.
type gitTree struct {
	repo *repo.Repo
	tree repo.Hash
	max  int64 // bytes of one blob
}

// Entry implements lake.Tree.
func (t gitTree) Entry(path string) (lake.Entry, bool, error) {
	e, ok, err := t.repo.Entry(t.tree, path)
	if err != nil || !ok {
		return lake.Entry{}, false, err
	}
	return gitEntry(e.Path, e.Mode, e.Hash), true, nil
}

// List implements lake.Tree.
func (t gitTree) List(dir string) ([]lake.Entry, error) {
	var list []lake.Entry
	err := t.repo.Walk(context.Background(), t.tree, dir, func(e repo.Entry) error {
		list = append(list, gitEntry(e.Path, e.Mode, e.Hash))
		if e.Mode == repo.ModeDir {
			return fs.SkipDir
		}
		return nil
	})
	slices.SortFunc(list, func(a, b lake.Entry) int { return strings.Compare(a.Path, b.Path) })
	return list, err
}

// Read implements lake.Tree.
func (t gitTree) Read(e lake.Entry) ([]byte, error) { return readBlob(t.repo, e, t.max) }

func readBlob(r *repo.Repo, e lake.Entry, limit int64) ([]byte, error) {
	id, err := repo.ParseHash(e.ID)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", e.Path, err)
	}
	if e.Mode == lake.Submodule {
		return nil, &lake.UninspectedError{Path: e.Path, Reason: "submodule at " + e.ID + ": another repository's content"}
	}
	data, size, err := r.Blob(id, limit)
	switch {
	case errors.Is(err, repo.ErrTooLarge):
		return nil, tooLarge(e.Path, size, limit)
	case err != nil:
		return nil, fmt.Errorf("%s: read blob: %w", e.Path, err)
	}
	return data, nil
}

func tooLarge(path string, size, limit int64) error {
	return &lake.UninspectedError{Path: path, Undecided: true, Reason: fmt.Sprintf(
		"%d bytes, more than the %d that limits.blob allows", size, limit)}
}

func gitEntry(path string, mode repo.Mode, id repo.Hash) lake.Entry {
	return lake.Entry{Path: path, Mode: entryMode(mode), ID: id.String()}
}

func entryMode(mode repo.Mode) lake.Mode {
	switch mode {
	case repo.ModeDir:
		return lake.Directory
	case repo.ModeSymlink:
		return lake.Symlink
	case repo.ModeSubmodule:
		return lake.Submodule
	}
	return lake.Regular
}

// Commit is a commit's tree as a snapshot; blobs larger than limit bytes are
// not read.
func Commit(git *repo.Repo, commit repo.Hash, limit int64) lake.Tree {
	return gitTree{git, commit, limit}
}
