package main

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lotus-lake/lotus-gate/validate/repo"
)

// TestLines cuts the lines around one out of files, for code frames.
func TestLines(t *testing.T) {
	type frame struct {
		Lines []string
		First int
	}
	for name, c := range map[string]struct {
		text string
		line int
		want frame
	}{
		"in the middle":  {strings.Repeat("x\n", 40) + "a\nb\nc\nd\n", 41, frame{append(slices.Repeat([]string{"x"}, linesBefore), "a", "b", "c"), 41 - linesBefore}},
		"the first":      {"a\nb\nc\nd\n", 1, frame{[]string{"a", "b", "c"}, 1}},
		"the last":       {"a\nb\nc", 3, frame{[]string{"a", "b", "c"}, 1}},
		"the only":       {"a\n", 1, frame{[]string{"a"}, 1}},
		"past the end":   {"a\n", 2, frame{}},
		"before":         {"a\n", 0, frame{}},
		"not text":       {"a\x00b\n", 1, frame{}},
		"of no file":     {"", 1, frame{}},
		"an empty line":  {"\n\n", 2, frame{[]string{"", ""}, 1}},
		"carriage added": {"a\r\nb\r\n", 2, frame{[]string{"a\r", "b\r"}, 1}},
	} {
		read := reader(func(path, commit string) []byte {
			if path != "p" || commit != "c" || c.text == "" {
				return nil
			}
			return []byte(c.text)
		})
		lines, first, ok := read.lines("p", "c", c.line)
		if ok != (c.want.Lines != nil) {
			t.Errorf("%s: %t", name, ok)
		}
		if diff := cmp.Diff(c.want, frame{lines, first}); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// TestSourceOf reads files for frames from a directory or a commit, and nothing
// that is no file, that lies elsewhere or is large.
func TestSourceOf(t *testing.T) {
	dir := t.TempDir()
	for key, value := range gitEnv(dir) {
		t.Setenv(key, value)
	}
	t.Chdir(dir)
	git(t, "init", "-q", "-b", "main")
	if err := os.WriteFile("a", []byte("committed"), 0o644); err != nil {
		t.Fatal(err)
	}
	commit(t, "A")
	head := strings.TrimSpace(git(t, "rev-parse", "HEAD"))
	if err := os.WriteFile("a", []byte("changed"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile("large", bytes.Repeat([]byte("x"), maxFrame+1), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("a", "link"); err != nil {
		t.Fatal(err)
	}
	opened, err := repo.Open(".", os.Getenv)
	if err != nil {
		t.Fatal(err)
	}
	defer opened.Close()
	read := sourceOf(opened, dir)
	for _, c := range []struct{ path, commit, want string }{
		{"a", "", "changed"},
		{"a", head, "committed"},
		{"b", "", ""},
		{"b", head, ""},
		{"link", "", ""},
		{"large", "", ""},
		{".", "", ""},
		{"a", "no commit", ""},
		{"a", strings.Repeat("0", 40), ""},
		{"a", strings.Repeat("1", 40), ""},
	} {
		if got := string(read(c.path, c.commit)); got != c.want {
			t.Errorf("%s of %q = %q, want %q", c.path, c.commit, got, c.want)
		}
	}
	git(t, "add", "a")
	if err := os.WriteFile("a", []byte("changed again"), 0o644); err != nil {
		t.Fatal(err)
	}
	staged := sourceOfIndex(opened)
	for path, want := range map[string]string{"a": "changed", "large": "", "b": ""} {
		if got := string(staged(path, "")); got != want {
			t.Errorf("%s as it is staged = %q, want %q", path, got, want)
		}
	}
	if got := sourceOf(nil, dir)("a", head); got != nil {
		t.Errorf("without a repository: %q", got)
	}
}

func TestWriteTo(t *testing.T) {
	var stdout bytes.Buffer
	out, done, err := (&judgeFlags{}).writeTo(&stdout)
	if err != nil || out != &stdout || done() != nil {
		t.Errorf("standard output: %v, %v", out, err)
	}
	file := filepath.Join(t.TempDir(), "report.json")
	out, done, err = (&judgeFlags{output: file}).writeTo(&stdout)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := out.Write([]byte("{}")); err != nil {
		t.Fatal(err)
	}
	if err := done(); err != nil {
		t.Fatal(err)
	}
	if got := read(t, file); got != "{}" || stdout.Len() > 0 {
		t.Errorf("report %q, standard output %q", got, stdout.String())
	}
}
