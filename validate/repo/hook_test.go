package repo

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// hookOut names the variable that makes the test binary act as a pre-receive hook: the file to report to.
const hookOut = "REPO_TEST_HOOK_OUT"

func TestMain(m *testing.M) {
	if out := os.Getenv(hookOut); out != "" {
		if err := hook(os.Stdin, out); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// hook compares what a push brings with what git says of it in the same place, and reports the number of commits.
func hook(stdin io.Reader, out string) error {
	input, err := io.ReadAll(stdin)
	if err != nil {
		return err
	}
	r, err := Open(".", os.Getenv)
	if err != nil {
		return err
	}
	defer r.Close()
	var include, exclude []Hash
	args := logArgs()
	for line := range strings.Lines(string(input)) {
		fields := strings.Fields(line)
		h, err := ParseHash(fields[1])
		if err != nil {
			return err
		}
		if !h.IsZero() {
			include = append(include, h)
			args = append(args, h.String())
		}
	}
	refs, err := r.RefTips()
	if err != nil {
		return err
	}
	for _, ref := range refs {
		exclude = append(exclude, ref.Hash)
	}
	commits, err := r.NewCommits(context.Background(), include, exclude)
	if err != nil {
		return err
	}
	ours, err := ourLog(r, commits)
	if err != nil {
		return err
	}
	theirs := map[string][]string{}
	if len(include) > 0 {
		log, err := exec.Command("git", append(args, "--not", "--all")...).Output()
		if err != nil {
			return fmt.Errorf("git log: %w", err)
		}
		theirs = parseLog(string(log))
	}
	if diff := cmp.Diff(theirs, ours); diff != "" {
		return fmt.Errorf("push differs (-git +ours):\n%s", diff)
	}
	report := fmt.Sprintf("%d commits, %d object directories, bare %t\n", len(commits), len(r.objects.dirs), r.WorkTree() == "")
	return os.WriteFile(out, []byte(report), 0o644)
}

// push pushes to a server whose hook is this test binary, and returns the hook's report.
func push(t *testing.T, dir string, config []string, args ...string) string {
	t.Helper()
	out := filepath.Join(t.TempDir(), "report")
	cmd := exec.Command("git", append(append(config, "push", "-q"), args...)...)
	cmd.Dir, cmd.Env = dir, gitEnv(hookOut+"="+out)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	if err := cmd.Run(); err != nil {
		t.Fatalf("push: %v\n%s", err, stderr.String())
	}
	report, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	return string(report)
}

// newServer makes a bare repository with a pre-receive hook.
func newServer(t *testing.T, dir string, args ...string) {
	t.Helper()
	runGit(t, ".", append(append([]string{"init", "-q", "--bare"}, args...), dir)...)
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(dir, "hooks"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "hooks", "pre-receive"), []byte("#!/bin/sh\nexec '"+self+"'\n"), 0o755); err != nil {
		t.Fatal(err)
	}
}

// TestPush pushes for real, and in the hook sees exactly what git sees, new objects loose and packed.
func TestPush(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "with space and \"quote\"")
	server, client := filepath.Join(dir, "server.git"), filepath.Join(dir, "client")
	newServer(t, server)
	initRepo(t, client, "1", "2")
	report := func(n, dirs int) string {
		return fmt.Sprintf("%d commits, %d object directories, bare true\n", n, dirs)
	}
	check := func(what, want string, args ...string) {
		t.Helper()
		if got := push(t, client, nil, append([]string{server}, args...)...); got != want {
			t.Errorf("%s: hook says %q, want %q", what, got, want)
		}
	}
	check("new branch", report(2, 2), "main")
	check("the same commits as another branch", report(0, 2), "main:same")

	runGit(t, client, "checkout", "-q", "-b", "side", "HEAD~1")
	writeFile(t, filepath.Join(client, "b"), "b")
	runGit(t, client, "add", "-A")
	runGit(t, client, "commit", "-q", "-m", "side")
	runGit(t, client, "tag", "-a", "-m", "tag", "v1")
	runGit(t, client, "tag", "-a", "-m", "tag of a blob", "blob", "HEAD:b")
	check("a branch from an older commit, annotated tags, a tag on a blob", report(1, 2), "side", "v1", "blob")

	runGit(t, client, "checkout", "-q", "main")
	runGit(t, client, "merge", "-q", "--no-commit", "--no-ff", "side")
	writeFile(t, filepath.Join(client, "only-in-merge"), "m")
	runGit(t, client, "add", "-A")
	runGit(t, client, "commit", "-q", "-m", "merge")
	check("a merge that brings a file of its own", report(1, 2), "main")

	runGit(t, client, "commit", "-q", "--amend", "-m", "amended")
	check("a forced push, and a deletion", report(1, 2), "-f", "main", ":same")
	check("only a deletion, for which git makes no quarantine", report(0, 1), ":v1")

	for i := range 120 { // beyond receive.unpackLimit: the quarantine holds a pack
		writeFile(t, filepath.Join(client, "many", fmt.Sprint(i)), fmt.Sprint("content ", i))
	}
	runGit(t, client, "add", "-A")
	runGit(t, client, "commit", "-q", "-m", "many")
	runGit(t, server, "gc", "-q")
	check("a pack", report(1, 2), "main")

	// The server itself borrows objects: quarantine, its own, and the alternate.
	borrower := filepath.Join(dir, "borrower.git")
	newServer(t, borrower)
	writeFile(t, filepath.Join(borrower, "objects", "info", "alternates"), "# comment\n../../server.git/objects\n")
	runGit(t, borrower, "update-ref", "refs/heads/main", strings.TrimSpace(runGit(t, client, "rev-parse", "main")))
	writeFile(t, filepath.Join(client, "c"), "c")
	runGit(t, client, "add", "-A")
	runGit(t, client, "commit", "-q", "-m", "c")
	if got, want := push(t, client, nil, borrower, "main"), report(1, 3); got != want {
		t.Errorf("borrowed objects: hook says %q, want %q", got, want)
	}
}
