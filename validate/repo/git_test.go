package repo

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// gitEnv keeps the settings of whoever runs the tests away from git.
func gitEnv(extra ...string) []string {
	return append([]string{
		"PATH=" + os.Getenv("PATH"), "HOME=/nonexistent", "LC_ALL=C", "TZ=UTC",
		"GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null", "GIT_CONFIG_NOSYSTEM=1",
		"GIT_NO_REPLACE_OBJECTS=1", "GIT_TERMINAL_PROMPT=0",
		"GIT_AUTHOR_NAME=A U Thor", "GIT_AUTHOR_EMAIL=author@example.com",
		"GIT_COMMITTER_NAME=C O Mitter", "GIT_COMMITTER_EMAIL=committer@example.com",
		"GIT_AUTHOR_DATE=1700000000 +0100", "GIT_COMMITTER_DATE=1700000100 +0100",
	}, extra...)
}

// runGit runs the real git in dir and returns what it prints.
func runGit(t testing.TB, dir string, args ...string) string {
	t.Helper()
	out, err := tryGit(dir, nil, args...)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func tryGit(dir string, stdin []byte, args ...string) (string, error) {
	return gitWith(dir, nil, stdin, args...)
}

func gitWith(dir string, env []string, stdin []byte, args ...string) (string, error) {
	cmd := exec.Command("git", append([]string{"-c", "init.defaultBranch=main", "-c", "protocol.file.allow=always", "-c", "core.fsync=none"}, args...)...)
	cmd.Dir, cmd.Env, cmd.Stdin = dir, gitEnv(env...), bytes.NewReader(stdin)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		return stdout.String(), &gitError{args, stderr.String(), err}
	}
	return stdout.String(), nil
}

type gitError struct {
	args   []string
	stderr string
	err    error
}

func (e *gitError) Error() string {
	return "git " + strings.Join(e.args, " ") + ": " + e.err.Error() + "\n" + e.stderr
}

// revParse asks git for the name of an object.
func revParse(t testing.TB, dir, rev string) Hash {
	t.Helper()
	return mustHash(t, strings.TrimSpace(runGit(t, dir, "rev-parse", "--verify", rev)))
}

func mustHash(t testing.TB, s string) Hash {
	t.Helper()
	h, err := ParseHash(s)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// quietEnv is what Open is told of the environment: none of the user's settings.
func quietEnv(pairs ...string) func(string) string {
	env := map[string]string{"HOME": "/nonexistent", "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1"}
	for _, pair := range pairs {
		name, value, _ := strings.Cut(pair, "=")
		env[name] = value
	}
	return func(name string) string { return env[name] }
}

func openRepo(t testing.TB, dir string, env ...string) *Repo {
	t.Helper()
	r, err := Open(dir, quietEnv(env...))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
	return r
}

func writeFile(t testing.TB, path, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

// initRepo makes a repository with one commit for each content of the file "a".
func initRepo(t testing.TB, dir string, contents ...string) {
	t.Helper()
	runGit(t, ".", "init", "-q", dir)
	for _, content := range contents {
		writeFile(t, filepath.Join(dir, "a"), content)
		runGit(t, dir, "add", "-A")
		runGit(t, dir, "commit", "-q", "-m", "set "+strings.TrimSpace(content))
	}
}
