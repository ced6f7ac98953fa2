package check

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lotus-lake/lotus-gate/validate/repo"
)

// lakeRepo is a repository that tests make with git and read as the gate does.
type lakeRepo struct {
	dir string
	who string   // commits
	env []string // beside what git always gets
}

// mallory is the repository in the hands of somebody else.
func (r lakeRepo) mallory() lakeRepo {
	r.who = "mallory"
	return r
}

func newRepo(t *testing.T) lakeRepo {
	t.Helper()
	r := lakeRepo{dir: t.TempDir(), who: "ada"}
	r.git(t, "init", "-q", "-b", "main")
	return r
}

// git runs git in the repository and returns what it prints.
func (r lakeRepo) git(t *testing.T, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "git", args...)
	cmd.Dir = r.dir
	cmd.Env = append([]string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + r.dir, "GIT_CONFIG_GLOBAL=" + os.DevNull, "GIT_CONFIG_NOSYSTEM=1",
		"GIT_AUTHOR_NAME=Ada", "GIT_AUTHOR_EMAIL=ada@example.com", "GIT_COMMITTER_NAME=" + r.who, "GIT_COMMITTER_EMAIL=" + r.who + "@example.com",
	}, r.env...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return strings.TrimSpace(string(out))
}

// write makes a file; no text removes it.
func (r lakeRepo) write(t *testing.T, path, text string) {
	t.Helper()
	file := filepath.Join(r.dir, path)
	if text == "" {
		if err := os.Remove(file); err != nil {
			t.Fatal(err)
		}
		return
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// commit commits files, given as path and text by turns, and returns its id.
func (r lakeRepo) commit(t *testing.T, files ...string) string {
	t.Helper()
	for i := 0; i < len(files); i += 2 {
		r.write(t, files[i], files[i+1])
	}
	r.git(t, "add", "-A")
	r.git(t, "commit", "-q", "--allow-empty", "-m", "A change")
	return r.git(t, "rev-parse", "HEAD")
}

// open opens the repository as the gate does.
func (r lakeRepo) open(t *testing.T) *repo.Repo {
	t.Helper()
	git, err := repo.Open(r.dir, func(name string) string {
		return map[string]string{"HOME": r.dir, "GIT_CONFIG_NOSYSTEM": "1"}[name]
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { git.Close() })
	return git
}

func hashes(t *testing.T, ids ...string) []repo.Hash {
	t.Helper()
	list := make([]repo.Hash, len(ids))
	for i, id := range ids {
		list[i] = hash(t, id)
	}
	return list
}
