package check

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lotus-lake/lotus-gate/validate/lake"
)

// TestDirectory lists and reads a directory: links are read and not followed,
// other repositories left alone, and what is too large or forbidden is said to be.
func TestDirectory(t *testing.T) {
	r := newRepo(t)
	for path, text := range map[string]string{
		".gitignore": "*.log\n", "a.txt": "text", "run.sh": "#!/bin/sh", "d/big.txt": "0123456789", "x.log": "ignored",
	} {
		r.write(t, path, text)
	}
	if err := os.WriteFile(filepath.Join(r.dir, "empty"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("/etc/passwd", filepath.Join(r.dir, "link")); err != nil {
		t.Fatal(err)
	}
	r.git(t, "init", "-q", "inner")
	r.write(t, "inner/file", "of another repository")
	tree, err := Directory(t.Context(), r.dir, r.open(t), 9)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	err = lake.Walk(tree, "", func(e lake.Entry) error {
		data, err := tree.Read(e)
		var u *lake.UninspectedError
		switch {
		case errors.As(err, &u):
			got[e.Path] = u.Reason
			if u.Undecided {
				got[e.Path] += ", undecided"
			}
		case err != nil:
			return err
		default:
			got[e.Path] = string(data)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		".gitignore": "*.log\n", "a.txt": "text", "run.sh": "#!/bin/sh", "empty": "", "link": "/etc/passwd",
		"d/big.txt": "10 bytes, more than the 9 that limits.blob allows, undecided", "inner": "a repository of its own",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestDirectoryErrors(t *testing.T) {
	if _, err := Directory(t.Context(), filepath.Join(t.TempDir(), "nowhere"), nil, 1); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a directory that is not there: %v", err)
	}
	dir := t.TempDir()
	gone := filepath.Join(dir, "gone")
	if err := os.WriteFile(gone, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	tree, err := Directory(t.Context(), dir, nil, 1)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(gone); err != nil {
		t.Fatal(err)
	}
	if data, err := tree.Read(lake.Entry{Path: "gone"}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a file that went away: %q, %v", data, err)
	}
	if os.Geteuid() == 0 {
		return // root may read everything
	}
	if err := os.WriteFile(filepath.Join(dir, "secret"), nil, 0); err != nil {
		t.Fatal(err)
	}
	_, err = tree.Read(lake.Entry{Path: "secret"})
	var u *lake.UninspectedError
	if !errors.As(err, &u) || *u != (lake.UninspectedError{Path: "secret", Reason: "no permission to read it", Undecided: true}) {
		t.Errorf("a file without permission: %v", err)
	}
}
