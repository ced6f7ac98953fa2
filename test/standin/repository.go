package standin

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/cgi"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
)

// Repository is a bare git repository that is served over HTTP, and a clone of it to push from.
type Repository struct {
	URL string // http://127.0.0.1:<port>/git/lake.git

	mu   sync.Mutex
	bare string
	work string
}

// Bare is the directory of the repository, to clone from and to push to.
func (r *Repository) Bare() string { return r.bare }

// newRepository makes an empty one below dir; its branch is main.
func newRepository(ctx context.Context, dir string) (*Repository, error) {
	r := &Repository{bare: filepath.Join(dir, "git", "lake.git"), work: filepath.Join(dir, "work")}
	for _, args := range [][]string{
		{"init", "--quiet", "--bare", "--initial-branch=main", r.bare},
		{"init", "--quiet", "--initial-branch=main", r.work},
		{"-C", r.work, "remote", "add", "origin", r.bare},
	} {
		if _, err := git(ctx, args...); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// backend serves every repository below dir, at /git/, as a git server does.
func backend(ctx context.Context, dir string) (http.Handler, error) {
	programs, err := git(ctx, "--exec-path")
	if err != nil {
		return nil, err
	}
	return &cgi.Handler{
		Path:   filepath.Join(strings.TrimSpace(string(programs)), "git-http-backend"),
		Root:   "/git",
		Stderr: io.Discard, // clients are told
		Env:    append(environment(), "GIT_PROJECT_ROOT="+filepath.Join(dir, "git"), "GIT_HTTP_EXPORT_ALL=1"),
	}, nil
}

// Push commits files, nil content deletes, and pushes. It returns the revision as Flux writes it: main@sha1:<commit>.
func (r *Repository) Push(ctx context.Context, message string, files Files) (revision string, err error) {
	revision, _, err = r.PushTold(ctx, message, files)
	return revision, err
}

// PushTold is Push, with what the server's hooks say to whoever pushes.
func (r *Repository) PushTold(ctx context.Context, message string, files Files) (revision, told string, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for name, content := range files {
		path := filepath.Join(r.work, filepath.FromSlash(name))
		if content == nil {
			err = os.Remove(path)
		} else if err = os.MkdirAll(filepath.Dir(path), 0o755); err == nil {
			err = os.WriteFile(path, content, 0o644)
		}
		if err != nil {
			return "", "", fmt.Errorf("push %q: %w", message, err)
		}
	}
	for _, args := range [][]string{{"add", "--all"}, {"commit", "--quiet", "--message", message}} {
		if _, err := git(ctx, append([]string{"-C", r.work}, args...)...); err != nil {
			return "", "", err
		}
	}
	commit, err := git(ctx, "-C", r.work, "rev-parse", "HEAD")
	if err != nil {
		return "", "", err
	}
	_, said, err := run(ctx, "-C", r.work, "push", "--quiet", "origin", "main")
	return "main@sha1:" + strings.TrimSpace(string(commit)), remote(said), err
}

// Hook makes a script a hook of the repository on the server.
func (r *Repository) Hook(name, script string) error {
	return os.WriteFile(filepath.Join(r.bare, "hooks", name), []byte(script), 0o755)
}

// Work is the clone that is pushed from.
func (r *Repository) Work() string { return r.work }

// remote is what the other side said, without git's prefix.
func remote(said []byte) string {
	var text strings.Builder
	for line := range strings.Lines(string(said)) {
		if line, ok := strings.CutPrefix(line, "remote: "); ok {
			text.WriteString(strings.TrimRight(line, " \n") + "\n")
		}
	}
	return text.String()
}

// git runs the real one, away from the user's own settings.
func git(ctx context.Context, args ...string) ([]byte, error) {
	out, _, err := run(ctx, args...)
	return out, err
}

func run(ctx context.Context, args ...string) (stdout, stderr []byte, err error) {
	var out, errs bytes.Buffer
	cmd := exec.CommandContext(ctx, "git", args...)
	cmd.Env, cmd.Stdout, cmd.Stderr = environment(), &out, &errs
	if err := cmd.Run(); err != nil {
		return nil, errs.Bytes(), fmt.Errorf("git %s: %w: %s", strings.Join(args, " "), err, strings.TrimSpace(errs.String()))
	}
	return out.Bytes(), errs.Bytes(), nil
}

func environment() []string {
	return []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + os.DevNull, "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=" + os.DevNull,
		"GIT_AUTHOR_NAME=Lake", "GIT_AUTHOR_EMAIL=lake@example.org", "GIT_COMMITTER_NAME=Lake", "GIT_COMMITTER_EMAIL=lake@example.org",
	}
}
