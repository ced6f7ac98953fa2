package main

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestExampleChanges judges each of examples/changes as CI would, on top of
// those that were accepted, and compares verdict and rules with its `expect`.
func TestExampleChanges(t *testing.T) {
	dir := t.TempDir()
	for key, value := range gitEnv(dir) {
		t.Setenv(key, value)
	}
	t.Chdir(dir)
	git(t, "init", "-q", "-b", "main")
	copyTree(t, examplesDir("lake"), dir)
	commit(t, "The lake")

	changes, err := filepath.Glob(examplesDir("changes", "[0-9]*"))
	if err != nil || len(changes) == 0 {
		t.Fatalf("no example changes: %v", err)
	}
	for _, change := range changes {
		t.Run(filepath.Base(change), func(t *testing.T) {
			git(t, "tag", "-f", "base")
			commits, _ := filepath.Glob(filepath.Join(change, "commit-*"))
			for _, c := range commits {
				apply(t, c, dir)
			}
			var out, errs bytes.Buffer
			code := run(t.Context(), []string{"check", "--range", "base..HEAD", "--format", "json"}, strings.NewReader(""), &out, &errs)
			got := verdict(t, code, out.Bytes(), errs.String())
			want := strings.Fields(read(t, filepath.Join(change, "expect")))
			slices.Sort(want[1:])
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("verdict and rules (-want +got):\n%s\n%s", diff, out.Bytes())
			}
			if got[0] == "refused" {
				git(t, "reset", "-q", "--hard", "base")
			}
		})
	}
}

// verdict is "accepted" or "refused", then the rules with new findings.
func verdict(t *testing.T, code int, out []byte, errs string) []string {
	t.Helper()
	if code > 1 {
		t.Fatalf("exit %d: %s%s", code, out, errs)
	}
	var report struct {
		Findings []struct {
			Rule     string
			Existing bool
		}
	}
	if err := json.Unmarshal(out, &report); err != nil {
		t.Fatal(err)
	}
	var rules []string
	for _, f := range report.Findings {
		if !f.Existing {
			rules = append(rules, f.Rule)
		}
	}
	slices.Sort(rules)
	return append([]string{[]string{"accepted", "refused"}[code]}, slices.Compact(rules)...)
}

// apply makes one commit of an example change.
func apply(t *testing.T, from, dir string) {
	t.Helper()
	if _, err := os.Stat(filepath.Join(from, "files")); err == nil {
		copyTree(t, filepath.Join(from, "files"), dir)
	}
	if list, err := os.ReadFile(filepath.Join(from, "delete")); err == nil {
		for _, path := range strings.Fields(string(list)) {
			if err := os.Remove(filepath.Join(dir, path)); err != nil {
				t.Fatal(err)
			}
		}
	}
	commit(t, read(t, filepath.Join(from, "message")))
}

func commit(t *testing.T, message string) {
	t.Helper()
	git(t, "add", "-A")
	git(t, "commit", "-q", "-m", message)
}

func git(t *testing.T, args ...string) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "git", args...).CombinedOutput()
	if err != nil {
		t.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

func read(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// sourceDir is where this package lies, before any test changes directory.
var sourceDir, _ = os.Getwd()

func examplesDir(elem ...string) string {
	return filepath.Join(append([]string{sourceDir, "..", "..", "examples"}, elem...)...)
}

func copyTree(t *testing.T, from, to string) {
	t.Helper()
	err := filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		target := filepath.Join(to, rel)
		if d.IsDir() {
			return os.MkdirAll(target, 0o755)
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(target, data, 0o644)
	})
	if err != nil {
		t.Fatal(err)
	}
}
