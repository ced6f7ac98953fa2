package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// guarded is a bare repository whose pre-receive hook is the gate, and a clone
// of it with one commit on main that both have.
type guarded struct {
	bare, work string
	env        []string
}

func newGuarded(t *testing.T) *guarded {
	t.Helper()
	dir := t.TempDir()
	g := &guarded{bare: filepath.Join(dir, "server.git"), work: filepath.Join(dir, "work")}
	g.env = os.Environ()
	for key, value := range gitEnv(dir) {
		g.env = append(g.env, key+"="+value)
	}
	g.env = append(g.env, "GIT_TEMPLATE_DIR=", "GIT_MERGE_AUTOEDIT=no")
	g.in(t, dir, "init", "-q", "--bare", "-b", "main", g.bare)
	g.in(t, dir, "init", "-q", "-b", "main", g.work)
	g.git(t, "remote", "add", "origin", g.bare)
	g.write(t, "README.md", "A repository.\n")
	g.commit(t)
	g.git(t, "push", "-q", "origin", "main")
	if err := writeHook(g.bare); err != nil {
		t.Fatal(err)
	}
	return g
}

// in runs git in a directory and returns what it says, without the line end.
func (g *guarded) in(t *testing.T, dir string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "git", args...)
	cmd.Dir, cmd.Env = dir, g.env
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return strings.TrimSuffix(string(out), "\n")
}

func (g *guarded) git(t *testing.T, args ...string) string {
	t.Helper()
	return g.in(t, g.work, args...)
}

func (g *guarded) write(t *testing.T, path, content string) {
	t.Helper()
	file := filepath.Join(g.work, filepath.FromSlash(path))
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

// commit commits everything that lies there, ignored files too.
func (g *guarded) commit(t *testing.T) {
	t.Helper()
	g.git(t, "add", "-fA")
	g.git(t, "commit", "-q", "--allow-empty", "-m", "A change")
}

// unguarded runs a step while the hook is away: what the server had before.
func (g *guarded) unguarded(t *testing.T, step func()) {
	t.Helper()
	hook := filepath.Join(g.bare, "hooks", "pre-receive")
	if err := os.Rename(hook, hook+".off"); err != nil {
		t.Fatal(err)
	}
	step()
	if err := os.Rename(hook+".off", hook); err != nil {
		t.Fatal(err)
	}
}

// verdictOf is what the gate made of a push.
type verdictOf struct {
	accepted bool
	message  string // what the pusher reads, without git's prefix
	took     time.Duration
}

// push pushes; a push that failed for a reason of its own fails the test.
func (g *guarded) push(t *testing.T, args ...string) verdictOf {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "git", append([]string{"push", "-q", "origin"}, args...)...)
	cmd.Dir, cmd.Env = g.work, g.env
	begun := time.Now()
	out, err := cmd.CombinedOutput()
	v := verdictOf{accepted: err == nil, took: time.Since(begun)}
	var text strings.Builder
	for line := range strings.Lines(string(out)) {
		if said, ok := strings.CutPrefix(line, "remote: "); ok {
			text.WriteString(strings.TrimRight(said, " \n") + "\n")
		}
	}
	v.message = text.String()
	var failed *exec.ExitError
	if err != nil && (!errors.As(err, &failed) || !strings.Contains(string(out), "pre-receive hook declined")) {
		t.Fatalf("git push %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return v
}

// short is the abbreviated id under which messages name a commit.
func (g *guarded) short(t *testing.T, rev string) string {
	t.Helper()
	return g.git(t, "rev-parse", rev+"^{}")[:12]
}
