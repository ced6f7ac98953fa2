package remote_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/lotus-lake/lotus-gate/policy/bundle"
	"github.com/lotus-lake/lotus-gate/policy/remote"
	"github.com/lotus-lake/lotus-gate/test/tree"
)

// git runs it as a user would, away from the user's own configuration.
func git(t *testing.T, dir string, args ...string) string {
	t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

// TestGit carries a bundle to and from a real repository, whole and unpacked.
func TestGit(t *testing.T) {
	for key, value := range map[string]string{
		"HOME": t.TempDir(), "GIT_CONFIG_GLOBAL": os.DevNull, "GIT_CONFIG_NOSYSTEM": "1",
		"GIT_AUTHOR_NAME": "Ada", "GIT_AUTHOR_EMAIL": "ada@example.com", "GIT_COMMITTER_NAME": "Ada", "GIT_COMMITTER_EMAIL": "ada@example.com",
	} {
		t.Setenv(key, value)
	}
	origin := filepath.Join(t.TempDir(), "policies.git")
	git(t, t.TempDir(), "init", "--quiet", "--bare", "--initial-branch=main", origin)
	work := t.TempDir()
	git(t, work, "clone", "--quiet", origin, ".")
	tree.Write(t, work, map[string]string{".gitattributes": "* text=auto eol=crlf\n*.rego export-ignore\n", ".gitignore": "*.json\n", "unpacked/old.rego": "old\n"})
	git(t, work, "add", "-A")
	git(t, work, "commit", "--quiet", "-m", "base")
	git(t, work, "push", "--quiet", "origin", "HEAD:main")

	// What a hook is told of the repository around it must not matter.
	t.Setenv("GIT_DIR", work)
	t.Setenv("GIT_QUARANTINE_PATH", work)
	client := newClient(t, remote.Config{Timeout: time.Minute})
	one, two := archive(t, "one\n"), archive(t, "two\n")
	for _, path := range []string{"unpacked", "dist/bundle.tar.gz", ""} {
		ref := parse(t, "git+file://"+origin+"//"+path+"?ref=main")
		if path == "" {
			ref = parse(t, "git+file://"+origin+"//?ref=only")
		}
		pushed, err := client.Push(t.Context(), ref, one, "r1")
		if err != nil {
			t.Fatal(err)
		}
		got, err := client.Fetch(t.Context(), ref, "")
		if err != nil || !bytes.Equal(got.Archive, one) || got.Version != pushed {
			t.Fatalf("%s: %d bytes of %s, %v; want %d of %s", path, len(got.Archive), got.Version, err, len(one), pushed)
		}
		if again, err := client.Fetch(t.Context(), ref, pushed); err != nil || again.Archive != nil || again.Version != pushed {
			t.Errorf("%s: unchanged: %v", path, err)
		}
		if _, err := client.Push(t.Context(), ref, two, "r2"); err != nil {
			t.Fatal(err)
		}
		if got, err = client.Fetch(t.Context(), ref, pushed); err != nil || !bytes.Equal(got.Archive, two) {
			t.Errorf("%s: changed: %v", path, err)
		}
		pinned := parse(t, strings.Split(ref.String(), "?")[0]+"?ref="+pushed)
		if got, err := client.Fetch(t.Context(), pinned, ""); err != nil || !bytes.Equal(got.Archive, one) || !pinned.Pinned() {
			t.Errorf("%s: by commit: %v", path, err)
		}
	}
	_, _ = os.Unsetenv("GIT_DIR"), os.Unsetenv("GIT_QUARANTINE_PATH")
	if log := git(t, origin, "log", "--format=%s by %an", "main"); log != "Policy bundle r2 by Ada\nPolicy bundle r1 by Ada\nPolicy bundle r2 by Ada\nPolicy bundle r1 by Ada\nbase by Ada\n" {
		t.Errorf("log: %s", log)
	}
	if files := git(t, origin, "ls-tree", "-r", "--name-only", "main"); strings.Contains(files, "old.rego") || !strings.Contains(files, "unpacked/x.rego") {
		t.Errorf("files: %s", files)
	}
	badGit(t, client, origin)
}

// badGit: what is not there, is no file, or is too much.
func badGit(t *testing.T, client *remote.Client, origin string) {
	work := t.TempDir()
	git(t, work, "clone", "--quiet", "--branch", "main", origin, ".")
	if err := os.MkdirAll(filepath.Join(work, "links"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("/etc/passwd", filepath.Join(work, "links", "x.rego")); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(work, "huge.tar.gz"), make([]byte, bundle.MaxArchive+1), 0o600); err != nil {
		t.Fatal(err)
	}
	git(t, work, "add", "-A", "-f")
	git(t, work, "commit", "--quiet", "-m", "bad")
	git(t, work, "push", "--quiet", "origin", "HEAD:bad")
	for path, want := range map[string]string{
		"nowhere?ref=bad":       "there is nothing at nowhere",
		"links?ref=bad":         "links/x.rego is a link or another repository",
		"huge.tar.gz?ref=bad":   "16777216 bytes or more, and a bundle may have 16777216",
		"unpacked?ref=unknown":  "git fetch",
		"x/../unpacked?ref=bad": "",
	} {
		ref, err := remote.ParseRef("git+file://" + origin + "//" + path)
		if want == "" {
			if err == nil {
				t.Errorf("%s: taken", path)
			}
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		if got, err := client.Fetch(t.Context(), ref, ""); err == nil || !strings.Contains(err.Error(), want) || got.Archive != nil {
			t.Errorf("%s: %v, want %q", path, err, want)
		}
	}
	if _, err := client.Fetch(t.Context(), parse(t, "git+file:///nowhere.git//x?ref=main"), ""); err == nil || !strings.Contains(err.Error(), "git fetch") {
		t.Errorf("no repository: %v", err)
	}
	t.Setenv("PATH", t.TempDir())
	if _, err := client.Fetch(t.Context(), parse(t, "git+file://"+origin+"//unpacked?ref=main"), ""); err == nil || !strings.Contains(err.Error(), "git is not installed here") {
		t.Errorf("no git: %v", err)
	}
}
