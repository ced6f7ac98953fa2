package repo

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestIndex compares the index with `git ls-files --stage`, in every version and with a conflict.
func TestIndex(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "r")
	initRepo(t, dir, "1")
	for _, path := range []string{"b/c", "b/cd", "new\nline", strings.Repeat("long/", 60) + "name", strings.Repeat("x", 200) + "/" + strings.Repeat("y", 250)} {
		writeFile(t, filepath.Join(dir, path), path)
	}
	if err := os.Symlink("a", filepath.Join(dir, "link")); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(filepath.Join(dir, "b/c"), 0o755); err != nil {
		t.Fatal(err)
	}
	runGit(t, dir, "add", "-A")
	runGit(t, dir, "update-index", "--add", "--cacheinfo", "160000,"+strings.Repeat("12", 20)+",module")
	runGit(t, dir, "update-index", "--add", "--cacheinfo", "100644,"+revParse(t, dir, ":a").String()+","+strings.Repeat("z", 5000))
	for _, version := range []string{"2", "4"} {
		runGit(t, dir, "update-index", "--index-version", version)
		compareIndex(t, dir)
	}
	runGit(t, dir, "update-index", "--skip-worktree", "b/cd") // needs version 3
	runGit(t, dir, "update-index", "--index-version", "2")
	compareIndex(t, dir)

	runGit(t, dir, "update-index", "--force-remove", strings.Repeat("z", 5000))

	// A conflict leaves up to three stages of a path.
	runGit(t, dir, "commit", "-q", "-m", "x")
	runGit(t, dir, "checkout", "-q", "-b", "other", "HEAD~1")
	writeFile(t, filepath.Join(dir, "a"), "theirs")
	runGit(t, dir, "commit", "-q", "-am", "theirs")
	runGit(t, dir, "checkout", "-q", "main")
	writeFile(t, filepath.Join(dir, "a"), "ours")
	runGit(t, dir, "commit", "-q", "-am", "ours")
	if _, err := tryGit(dir, nil, "merge", "-q", "other"); err == nil {
		t.Fatal("the merge has no conflict")
	}
	compareIndex(t, dir)
}

func compareIndex(t *testing.T, dir string) {
	t.Helper()
	entries, err := openRepo(t, dir).Index()
	if err != nil {
		t.Fatal(err)
	}
	var got strings.Builder
	for _, e := range entries {
		fmt.Fprintf(&got, "%06o %s %d\t%s\x00", uint32(e.Mode), e.Hash, e.Stage, e.Path)
	}
	if diff := cmp.Diff(runGit(t, dir, "ls-files", "--stage", "-z"), got.String()); diff != "" {
		t.Errorf("(-git +ours):\n%s", diff)
	}
}

func TestIndexIntentToAdd(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "r")
	initRepo(t, dir, "1")
	writeFile(t, filepath.Join(dir, "later"), "x")
	runGit(t, dir, "add", "-N", "later")
	got, err := openRepo(t, dir).Index()
	if err != nil {
		t.Fatal(err)
	}
	want := []IndexEntry{
		{Entry: Entry{Path: "a", Mode: ModeRegular, Hash: revParse(t, dir, "HEAD:a")}},
		{Entry: Entry{Path: "later", Mode: ModeRegular, Hash: mustHash(t, "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391")}, IntentToAdd: true},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestIndexElsewhereAndUnsupported(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "r")
	initRepo(t, dir, "1")
	var unsupported *UnsupportedError

	entries, err := openRepo(t, dir, "GIT_INDEX_FILE=other").Index()
	if err != nil || len(entries) != 0 {
		t.Errorf("an index that is not there: %v, %v", entries, err)
	}
	runGit(t, dir, "update-index", "--split-index")
	if _, err := openRepo(t, dir).Index(); !errors.As(err, &unsupported) || !strings.Contains(err.Error(), "--no-split-index") {
		t.Errorf("split index: %v", err)
	}
	runGit(t, dir, "update-index", "--no-split-index")
	damage(t, filepath.Join(dir, ".git/index"), func(b []byte) []byte { b[40] ^= 1; return b })
	var damaged *CorruptError
	if _, err := openRepo(t, dir).Index(); !errors.As(err, &damaged) || !strings.Contains(err.Error(), "checksum") {
		t.Errorf("damaged index: %v", err)
	}
}
