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

// Directory is a directory on disk as a snapshot, with the files that it had when
// it was opened. Links never lead out of it.
type Directory struct {
	*lake.Files
	root *os.Root
}

// OpenDirectory lists the files of a directory that git does not ignore; git is
// the repository around it, nil for none. Files larger than limit bytes are not
// read.
func OpenDirectory(ctx context.Context, dir string, git *repo.Repo, limit int64) (*Directory, error) {
	files, err := repo.WorkingFiles(ctx, dir, git, nil)
	if err != nil {
		return nil, fmt.Errorf("list %s: %w", dir, err)
	}
	return openFiles(dir, files, limit)
}

// openFiles opens a directory of which the files are known; ignored ones are left
// out.
func openFiles(dir string, files []repo.File, limit int64) (*Directory, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("open directory: %w", err)
	}
	var entries []lake.Entry
	for _, f := range files {
		if !f.Ignored {
			entries = append(entries, lake.Entry{Path: f.Path, Mode: entryMode(f.Mode)})
		}
	}
	read := func(e lake.Entry) ([]byte, error) { return readFile(root, e, limit) }
	return &Directory{lake.NewFiles(entries, read), root}, nil
}

// Close lets go of the directory. Nothing may read from it any more.
func (d *Directory) Close() error { return d.root.Close() }

// readFile reads a file below root without following links out of it.
func readFile(root *os.Root, e lake.Entry, limit int64) ([]byte, error) {
	name := filepath.FromSlash(e.Path)
	switch e.Mode {
	case lake.Symlink:
		target, err := root.Readlink(name)
		return []byte(target), err
	case lake.Submodule:
		return nil, &lake.UninspectedError{Path: e.Path, Reason: "a repository of its own"}
	}
	f, err := root.Open(name)
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
