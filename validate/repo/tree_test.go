package repo

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestWalkAndEntry(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "r")
	runGit(t, ".", "init", "-q", dir)
	for _, path := range []string{"a", "b/c", "b/d/e", "b/d/f", "b.x", "new\nline"} {
		writeFile(t, filepath.Join(dir, path), path)
	}
	if err := os.Symlink("a", filepath.Join(dir, "link")); err != nil {
		t.Fatal(err)
	}
	runGit(t, dir, "add", "-A")
	runGit(t, dir, "update-index", "--add", "--cacheinfo", "160000,"+strings.Repeat("12", 20)+",module")
	runGit(t, dir, "commit", "-q", "-m", "x")
	r := openRepo(t, dir)
	tip := revParse(t, dir, "HEAD")

	list := func(prefix string, fn func(Entry) error) string {
		t.Helper()
		var b strings.Builder
		err := r.Walk(context.Background(), tip, prefix, func(e Entry) error {
			b.WriteString(treeLine(e))
			return fn(e)
		})
		if err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	all := func(Entry) error { return nil }
	git := func(args ...string) string {
		return runGit(t, dir, append([]string{"ls-tree", "-z", "--full-tree"}, args...)...)
	}
	tests := map[string]struct{ want, got string }{
		"all":                 {git("-r", "-t", "HEAD"), list("", all)},
		"prefix":              {git("-r", "-t", "HEAD:b/d"), strings.ReplaceAll(list("b/d", all), "\tb/d/", "\t")},
		"no such directory":   {"", list("b/x", all)},
		"prefix is no folder": {"", list("a", all)},
		"directories skipped": {git("HEAD"), list("", func(e Entry) error {
			if e.Mode == ModeDir {
				return fs.SkipDir
			}
			return nil
		})},
		"ended early": {git("HEAD", "a"), list("", func(e Entry) error { return fs.SkipAll })},
	}
	for name, test := range tests {
		if diff := cmp.Diff(test.want, test.got); diff != "" {
			t.Errorf("%s (-git +ours):\n%s", name, diff)
		}
	}

	if err := r.Walk(context.Background(), tip, "", func(Entry) error { return errStopped }); !errors.Is(err, errStopped) {
		t.Errorf("Walk hides the caller's error: %v", err)
	}
	canceled, cancel := context.WithCancel(context.Background())
	cancel()
	if err := r.Walk(canceled, tip, "", all); !errors.Is(err, context.Canceled) {
		t.Errorf("Walk goes on after its context: %v", err)
	}
	for _, path := range []string{"a", "b", "b/d/e", "link", "module", "new\nline"} {
		e, ok, err := r.Entry(tip, path)
		line := treeLine(e)
		if want := git("HEAD", path); err != nil || !ok || line != want {
			t.Errorf("Entry(%q) = %q, %t, %v, want %q", path, line, ok, err, want)
		}
	}
	for _, path := range []string{"", "x", "a/x", "b/", "b/d/e/f", "/a", "module/x"} {
		if e, ok, err := r.Entry(tip, path); ok || err != nil {
			t.Errorf("Entry(%q) = %v, %t, %v, want nothing", path, e, ok, err)
		}
	}
}

// treeLine prints an entry as `git ls-tree -z` does.
func treeLine(e Entry) string {
	kind := KindBlob
	switch e.Mode {
	case ModeDir:
		kind = KindTree
	case ModeSubmodule:
		kind = KindCommit
	}
	return fmt.Sprintf("%06o %s %s\t%s\x00", uint32(e.Mode), kind, e.Hash, e.Path)
}

func TestDiff(t *testing.T) {
	dir := mergeRepo(t)
	r := openRepo(t, dir)
	for _, pair := range [][2]string{{"v1", "HEAD"}, {"HEAD", "tree"}, {"light", "v1^{tree}"}} {
		var got strings.Builder
		for c, err := range r.Diff(context.Background(), revParse(t, dir, pair[0]), revParse(t, dir, pair[1])) {
			if err != nil {
				t.Fatal(err)
			}
			fmt.Fprintf(&got, ":%06o %06o %s %s %c\x00%s\x00", uint32(c.OldMode), uint32(c.Mode), c.OldBlob, c.Blob, c.Status, c.Path)
		}
		want := runGit(t, dir, "diff-tree", "-r", "-z", "--raw", pair[0]+"^{tree}", pair[1]+"^{tree}")
		if diff := cmp.Diff(want, got.String()); diff != "" {
			t.Errorf("%v (-git +ours):\n%s", pair, diff)
		}
	}
	for _, err := range r.Diff(context.Background(), Hash{}, revParse(t, dir, "blob")) {
		if err == nil {
			t.Error("a blob has a difference")
		}
	}
}

func TestBlobLimit(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "r")
	content := strings.Repeat("a line that repeats\n", 5000)
	initRepo(t, dir, content, content+"end")
	check := func(stored string) {
		r := openRepo(t, dir)
		for _, rev := range []string{"HEAD:a", "HEAD~1:a"} {
			h := revParse(t, dir, rev)
			want := runGit(t, dir, "cat-file", "blob", h.String())
			if got, size, err := r.Blob(h, int64(len(want))-1); !errors.Is(err, ErrTooLarge) || size != int64(len(want)) || got != nil {
				t.Errorf("%s, %s, beyond the limit: %d bytes, size %d, %v", stored, rev, len(got), size, err)
			}
			got, size, err := r.Blob(h, int64(len(want)))
			if err != nil || string(got) != want || size != int64(len(want)) {
				t.Errorf("%s, %s, at the limit: %d bytes, size %d, %v", stored, rev, len(got), size, err)
			}
			if _, _, err := r.Blob(h, 10); !errors.Is(err, ErrTooLarge) {
				t.Errorf("%s, %s, cached: %v", stored, rev, err)
			}
		}
		if _, _, err := r.Blob(revParse(t, dir, "HEAD"), 1<<20); err == nil {
			t.Errorf("%s: a commit is read as a blob", stored)
		}
	}
	check("loose")
	runGit(t, dir, "repack", "-adfq")
	check("packed")
}

func TestFirstParent(t *testing.T) {
	dir := mergeRepo(t)
	var got []string
	for c, err := range openRepo(t, dir).FirstParent(context.Background(), revParse(t, dir, "HEAD")) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, c.Hash.String())
	}
	if diff := cmp.Diff(strings.Fields(runGit(t, dir, "rev-list", "--first-parent", "HEAD")), got); diff != "" {
		t.Errorf("(-git +ours):\n%s", diff)
	}
}

// TestRepackMeanwhile reads on while git moves all objects to another pack and removes the old one.
func TestRepackMeanwhile(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "r")
	initRepo(t, dir, "1", "2")
	r := openRepo(t, dir)
	tip := revParse(t, dir, "HEAD")
	if _, err := r.Commit(tip); err != nil {
		t.Fatal(err)
	}
	runGit(t, dir, "gc", "-q", "--prune=now")
	if _, _, err := r.Entry(tip, "a"); err != nil {
		t.Errorf("after objects were packed: %v", err)
	}
	writeFile(t, filepath.Join(dir, "a"), "3")
	runGit(t, dir, "commit", "-q", "-am", "3")
	runGit(t, dir, "gc", "-q", "--prune=now")
	if _, _, err := r.Entry(revParse(t, dir, "HEAD"), "a"); err != nil {
		t.Errorf("after packs were replaced: %v", err)
	}
}

func TestConcurrentReads(t *testing.T) {
	dir := mergeRepo(t)
	runGit(t, dir, "repack", "-adfq")
	r := openRepo(t, dir)
	want := history(t, openRepo(t, dir))
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			for range 5 {
				commits, err := r.NewCommits(context.Background(), []Hash{revParse(t, dir, "HEAD")}, nil)
				if err != nil {
					t.Error(err)
					return
				}
				got, err := ourLog(r, commits)
				if diff := cmp.Diff(want, got); err != nil || diff != "" {
					t.Errorf("%v\n%s", err, diff)
				}
			}
		})
	}
	wait.Wait()
}
