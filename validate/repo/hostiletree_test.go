package repo

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// treeWriter stores trees that git itself would not write.
type treeWriter struct {
	t   *testing.T
	dir string
}

func (w treeWriter) write(kind, content string) Hash {
	w.t.Helper()
	out, err := tryGit(w.dir, []byte(content), "hash-object", "-t", kind, "-w", "--literally", "--stdin")
	if err != nil {
		w.t.Fatal(err)
	}
	return mustHash(w.t, strings.TrimSpace(out))
}

func (w treeWriter) commit(tree Hash) Commit {
	w.t.Helper()
	h := w.write("commit", "tree "+tree.String()+"\nauthor A <a> 1 +0000\ncommitter C <c> 1 +0000\n\nx\n")
	c, err := openRepo(w.t, w.dir).Commit(h)
	if err != nil {
		w.t.Fatal(err)
	}
	return c
}

func treeEntry(mode, name string, h Hash) string { return mode + " " + name + "\x00" + string(h[:]) }

func TestHostileTrees(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "r")
	runGit(t, ".", "init", "-q", dir)
	w := treeWriter{t, dir}
	a, b := w.write("blob", "a"), w.write("blob", "b")
	sub := w.write("tree", treeEntry("100664", "old mode", a)+treeEntry("100600", "odd mode", b))

	// Whatever a tree looks like, each of its files is reported.
	for name, content := range map[string]string{
		"unsorted":   treeEntry("100644", "z", a) + treeEntry("100644", "a", b) + treeEntry("40000", "m", sub),
		"twice":      treeEntry("100644", "x", a) + treeEntry("100644", "x", b),
		"two kinds":  treeEntry("100644", "x", a) + treeEntry("40000", "x", sub),
		"slashes":    treeEntry("100644", "../../etc/passwd", a) + treeEntry("100644", "x/", b) + treeEntry("40000", ".git", sub),
		"zero modes": treeEntry("040000", "padded", sub) + treeEntry("100644", "y", a),
	} {
		var got []string
		for change, err := range openRepo(t, dir).Changes(context.Background(), w.commit(w.write("tree", content))) {
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			got = append(got, fmt.Sprintf("%06o %s %q", uint32(change.Mode), change.Blob, change.Path))
		}
		var want []string
		tree := w.write("tree", content)
		for line := range strings.SplitSeq(strings.TrimSuffix(runGit(t, dir, "diff-tree", "-r", "-z", "4b825dc642cb6eb9a060e54bf8d69288fbee4904", tree.String()), "\x00:"), "\x00:") {
			head, path, _ := strings.Cut(strings.TrimSuffix(line, "\x00"), "\x00")
			fields := strings.Fields(head)
			want = append(want, fmt.Sprintf("%s %s %q", fields[1], fields[3], path))
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-git +ours):\n%s", name, diff)
		}
	}

	// What is no tree is an error that names it.
	for name, content := range map[string]string{
		"truncated": treeEntry("100644", "x", a)[:20],
		"no name":   treeEntry("100644", "", a),
		"no mode":   treeEntry("", "x", a),
		"bad mode":  treeEntry("10o644", "x", a),
		"long mode": treeEntry("100000000644", "x", a),
	} {
		tree := w.write("tree", content)
		err := openRepo(t, dir).Walk(context.Background(), tree, "", func(Entry) error { return nil })
		var damaged *CorruptError
		if !errors.As(err, &damaged) || !strings.Contains(err.Error(), tree.String()) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestTreeBomb meets a tree that stands for 10^40 files, which takes as long as the caller allows.
func TestTreeBomb(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "r")
	runGit(t, ".", "init", "-q", dir)
	w := treeWriter{t, dir}
	at := w.write("tree", treeEntry("100644", "x", w.write("blob", "")))
	for range 40 {
		var content strings.Builder
		for i := range 10 {
			content.WriteString(treeEntry("40000", fmt.Sprint(i), at))
		}
		at = w.write("tree", content.String())
	}
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	var last error
	for _, err := range openRepo(t, dir).Changes(ctx, w.commit(at)) {
		last = err
	}
	if !errors.Is(last, context.DeadlineExceeded) {
		t.Errorf("ended with %v", last)
	}
}

// TestDeepTrees nests directories just as deep as git allows, and deeper.
func TestDeepTrees(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "r.git")
	runGit(t, ".", "init", "-q", "--bare", dir)
	for depth, ok := range map[int]bool{maxTreeDepth: true, maxTreeDepth + 1: false} {
		var stream strings.Builder
		fmt.Fprintf(&stream, "commit refs/heads/d%d\ncommitter C <c@e> 1 +0000\ndata 0\n\nM 644 inline %sx\ndata 0\n\n", depth, strings.Repeat("d/", depth))
		if _, err := tryGit(dir, []byte(stream.String()), "fast-import", "--quiet"); err != nil {
			t.Fatal(err)
		}
		var files int
		var last error
		for change, err := range openRepo(t, dir).Diff(context.Background(), Hash{}, revParse(t, dir, fmt.Sprintf("d%d", depth))) {
			if last = err; err == nil && change.Status == 'A' {
				files++
			}
		}
		if ok != (last == nil && files == 1) {
			t.Errorf("%d directories: %d files, %v", depth, files, last)
		}
	}
}
