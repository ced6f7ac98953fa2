package check

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/lotus-lake/lotus-gate/validate/lake"
	"github.com/lotus-lake/lotus-gate/validate/repo"
)

// Directory is a directory on disk as a snapshot: the files that it has now and
// that git does not ignore, read when they are asked for. git is the repository
// around it, nil for none. Files larger than limit bytes are not read.
func Directory(ctx context.Context, dir string, git *repo.Repo, limit int64) (lake.Tree, error) {
	files, err := repo.WorkingFiles(ctx, dir, git, nil)
	if err != nil {
		return nil, fmt.Errorf("list %s: %w", dir, err)
	}
	return onDisk(dir, files, limit), nil
}

// onDisk is a snapshot of files that were listed; ignored ones are left out.
func onDisk(dir string, files []repo.File, limit int64) lake.Tree {
	var entries []lake.Entry
	for _, f := range files {
		if !f.Ignored {
			entries = append(entries, lake.Entry{Path: f.Path, Mode: entryMode(f.Mode)})
		}
	}
	return lake.NewFiles(entries, func(e lake.Entry) ([]byte, error) { return readFile(dir, e, limit) })
}

// readFile reads a file of a directory; a symbolic link is read, not followed.
func readFile(dir string, e lake.Entry, limit int64) ([]byte, error) {
	name := filepath.Join(dir, filepath.FromSlash(e.Path))
	switch e.Mode {
	case lake.Symlink:
		target, err := os.Readlink(name)
		return []byte(target), err
	case lake.Submodule:
		return nil, &lake.UninspectedError{Path: e.Path, Reason: "a repository of its own"}
	}
	f, err := os.Open(name)
	if errors.Is(err, os.ErrPermission) {
		return nil, &lake.UninspectedError{Path: e.Path, Reason: "no permission to read it", Undecided: true}
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if info.Size() > limit {
		return nil, tooLarge(e.Path, info.Size(), limit)
	}
	data := make([]byte, info.Size())
	n, err := io.ReadFull(f, data)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, fmt.Errorf("%s: %w", e.Path, err)
	}
	return data[:n], nil
}
