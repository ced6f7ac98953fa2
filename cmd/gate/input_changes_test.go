package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestInputChanges compares `input --changes` with git, line by line, for names
// that would break a line or be taken for another.
func TestInputChanges(t *testing.T) {
	dir := t.TempDir()
	for key, value := range gitEnv(dir) {
		t.Setenv(key, value)
	}
	git(t, "init", "-q", "-b", "main", filepath.Join(dir, "repo"))
	t.Chdir(filepath.Join(dir, "repo"))
	names := []string{
		"plain", "with blank", `quote"d`, `back\slash`, "tab\there", "naïve", "\xff\xfe", "\x01\x7f",
		"a\n" + strings.Repeat("0", 40) + " A " + strings.Repeat("0", 40) + " forged",
	}
	for _, name := range names {
		if err := os.WriteFile(name, []byte(name), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	commit(t, "Odd names")
	git(t, "checkout", "-q", "-b", "side")
	git(t, "mv", "naïve", "näher")
	commit(t, "Renamed")
	git(t, "checkout", "-q", "main")
	git(t, "rm", "-q", "plain")
	commit(t, "Removed")
	git(t, "merge", "-q", "--no-edit", "side")

	for _, at := range []struct {
		dir  string
		args []string
		log  string // what git is asked for
	}{
		{".", []string{"--history"}, "HEAD"},
		{"..", []string{"--range", "HEAD~2..", "repo"}, "HEAD~2.."},
	} {
		want := changesOfGit(git(t, "log", "-m", "--raw", "--no-renames", "--no-abbrev", "--root", "--format=%H", at.log))
		t.Chdir(at.dir)
		var out, errs bytes.Buffer
		if code := run(t.Context(), append([]string{"input", "--changes"}, at.args...), strings.NewReader(""), &out, &errs); code != 0 {
			t.Fatalf("exit %d: %s", code, errs.String())
		}
		if diff := cmp.Diff(want, slices.Sorted(strings.Lines(out.String()))); diff != "" {
			t.Errorf("%s (-git +gate):\n%s", at.args, diff)
		}
	}
}

// changesOfGit turns git's raw lines into those of the gate, sorted.
func changesOfGit(log string) []string {
	var lines []string
	commit := ""
	for line := range strings.SplitSeq(strings.TrimSpace(log), "\n") {
		fields, path, raw := strings.Cut(line, "\t")
		if raw {
			part := strings.Fields(fields)
			lines = append(lines, fmt.Sprintf("%s %s %s %s\n", commit, part[4], part[3], path))
		} else if line != "" {
			commit = line
		}
	}
	slices.Sort(lines)
	return lines
}
