package lakegen

import (
	"bytes"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// small has two merges and every kind of file.
var small = Shape{Commits: 120, Sources: 2, Streams: 3, Ordinary: 30, Edits: 2}

func TestWriteHistory(t *testing.T) {
	var stream, again bytes.Buffer
	for _, b := range []*bytes.Buffer{&stream, &again} {
		if err := WriteHistory(t.Context(), b, small); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(stream.Bytes(), again.Bytes()) {
		t.Error("two runs write different histories")
	}

	dir := t.TempDir()
	git(t, dir, nil, "init", "-q", "--bare")
	git(t, dir, stream.Bytes(), "fast-import", "--quiet")
	if got := git(t, dir, nil, "for-each-ref", "--format=%(refname)"); got != "refs/heads/main\n" {
		t.Errorf("refs: %s", got)
	}
	if got := git(t, dir, nil, "rev-list", "--count", "main"); got != "120\n" {
		t.Errorf("commits: %s", got)
	}
	if got := git(t, dir, nil, "rev-list", "--merges", "--count", "main"); got != "2\n" {
		t.Errorf("merges: %s", got)
	}

	l := At(small)
	for _, c := range []struct {
		ref  string
		edit func() []string
	}{
		{"main", func() []string { return nil }},
		{"stream", func() []string { return l.EditStream(1, 2) }},
		{"file", func() []string { return l.EditOrdinary(3) }},
	} {
		if paths := c.edit(); paths != nil {
			var commit bytes.Buffer
			if err := WriteCommit(&commit, l, "refs/heads/main", "refs/heads/"+c.ref, paths); err != nil {
				t.Fatal(err)
			}
			git(t, dir, commit.Bytes(), "fast-import", "--quiet")
			if diff := cmp.Diff(paths, lines(git(t, dir, nil, "diff", "--name-only", "main", c.ref)), sorted()); diff != "" {
				t.Errorf("%s changes (-want +got):\n%s", c.ref, diff)
			}
			for _, p := range paths {
				compare(t, dir, l, c.ref, p)
			}
			continue
		}
		want := slices.Collect(l.Paths())
		if diff := cmp.Diff(want, lines(git(t, dir, nil, "ls-tree", "-r", "--name-only", c.ref)), sorted()); diff != "" {
			t.Errorf("files (-want +got):\n%s", diff)
		}
		for _, p := range want {
			compare(t, dir, l, c.ref, p)
		}
	}
}

// compare a file of the repository with what the lake says.
func compare(t *testing.T, dir string, l *Lake, ref, p string) {
	t.Helper()
	want, err := l.Content(p)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), git(t, dir, nil, "show", ref+":"+p)); diff != "" {
		t.Errorf("%s:%s (-want +got):\n%s", ref, p, diff)
	}
}

func sorted() cmp.Option {
	return cmp.Transformer("sorted", func(s []string) string {
		return strings.Join(slices.Sorted(slices.Values(s)), "\n")
	})
}

func lines(s string) []string { return strings.Split(strings.TrimSuffix(s, "\n"), "\n") }

func git(t *testing.T, dir string, stdin []byte, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "git", args...)
	cmd.Dir, cmd.Stdin = dir, bytes.NewReader(stdin)
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("git %s: %v", strings.Join(args, " "), err)
	}
	return string(out)
}
