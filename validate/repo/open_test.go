package repo

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// history lists what a repository has, from its references, in the form git would.
func history(t *testing.T, r *Repo) map[string][]string {
	t.Helper()
	refs, err := r.RefTips()
	if err != nil {
		t.Fatal(err)
	}
	var tips []Hash
	for _, ref := range refs {
		tips = append(tips, ref.Hash)
	}
	commits, err := r.NewCommits(context.Background(), tips, nil)
	if err != nil {
		t.Fatal(err)
	}
	log, err := ourLog(r, commits)
	if err != nil {
		t.Fatal(err)
	}
	return log
}

// TestLayouts opens repositories of every layout, from various places, and compares their history with git's.
func TestLayouts(t *testing.T) {
	tests := map[string]func(t *testing.T, dir string) (at string, env []string){
		"plain": func(t *testing.T, dir string) (string, []string) { return dir, nil },
		"subdirectory": func(t *testing.T, dir string) (string, []string) {
			writeFile(t, filepath.Join(dir, "x", "y", "z"), "")
			return filepath.Join(dir, "x", "y"), nil
		},
		"inside .git": func(t *testing.T, dir string) (string, []string) { return filepath.Join(dir, ".git"), nil },
		"GIT_DIR":     func(t *testing.T, dir string) (string, []string) { return dir, []string{"GIT_DIR=.git"} },
		"GIT_DIR=.": func(t *testing.T, dir string) (string, []string) {
			return filepath.Join(dir, ".git"), []string{"GIT_DIR=."}
		},
		"GIT_DIR, elsewhere": func(t *testing.T, dir string) (string, []string) {
			return t.TempDir(), []string{"GIT_DIR=" + dir + "/.git"}
		},
		"bare clone": func(t *testing.T, dir string) (string, []string) {
			runGit(t, dir, "clone", "-q", "--bare", ".", "../bare.git")
			return dir + "/../bare.git", nil
		},
		"linked worktree": func(t *testing.T, dir string) (string, []string) {
			runGit(t, dir, "worktree", "add", "-q", "--detach", "../linked", "HEAD~1")
			linked := filepath.Join(dir, "..", "linked")
			writeFile(t, filepath.Join(linked, "only-here"), "x")
			runGit(t, linked, "add", "-A")
			runGit(t, linked, "commit", "-q", "-m", "in the linked working tree, on no branch")
			runGit(t, linked, "update-ref", "refs/worktree/own", "HEAD")
			return linked, nil
		},
		"beside a linked worktree": func(t *testing.T, dir string) (string, []string) {
			runGit(t, dir, "worktree", "add", "-q", "--detach", "../linked", "HEAD~1")
			linked := filepath.Join(dir, "..", "linked")
			runGit(t, linked, "commit", "-q", "--allow-empty", "-m", "elsewhere")
			return dir, nil
		},
		"submodule": func(t *testing.T, dir string) (string, []string) {
			super := filepath.Join(dir, "..", "super")
			initRepo(t, super, "1")
			runGit(t, super, "submodule", "add", "-q", "../client", "sub")
			return filepath.Join(super, "sub"), nil
		},
		"shallow clone": func(t *testing.T, dir string) (string, []string) {
			runGit(t, dir, "clone", "-q", "--depth", "2", "file://"+dir, "../shallow")
			return dir + "/../shallow", nil
		},
		"shared clone of a shared clone": func(t *testing.T, dir string) (string, []string) {
			runGit(t, dir, "clone", "-q", "-s", ".", "../one")
			runGit(t, dir, "clone", "-q", "-s", "../one", "../two")
			return dir + "/../two", nil
		},
		"alternates that refer to each other": func(t *testing.T, dir string) (string, []string) {
			runGit(t, dir, "clone", "-q", "-s", ".", "../one")
			writeFile(t, filepath.Join(dir, ".git", "objects", "info", "alternates"), "../../../one/.git/objects\n/nonexistent\n\n\"../../../\\157ne/.git/objects\"\n")
			return dir, nil
		},
		"alternates in the environment": func(t *testing.T, dir string) (string, []string) {
			runGit(t, dir, "init", "-q", "../empty")
			tip := strings.TrimSpace(runGit(t, dir, "rev-parse", "HEAD"))
			writeFile(t, filepath.Join(dir, "..", "empty", ".git", "refs", "heads", "x"), tip+"\n")
			return dir + "/../empty", []string{"GIT_ALTERNATE_OBJECT_DIRECTORIES=\"/a\\tb\":" + dir + "/.git/objects"}
		},
		"packed, kept, with cruft and multi-pack-index": func(t *testing.T, dir string) (string, []string) {
			runGit(t, dir, "repack", "-adq")
			packs, err := filepath.Glob(filepath.Join(dir, ".git/objects/pack/*.pack"))
			if err != nil || len(packs) != 1 {
				t.Fatal(packs, err)
			}
			writeFile(t, strings.TrimSuffix(packs[0], "pack")+"keep", "")
			writeFile(t, filepath.Join(dir, "a"), "unreachable")
			runGit(t, dir, "add", "-A")
			runGit(t, dir, "commit", "-q", "-m", "unreachable")
			runGit(t, dir, "update-ref", "refs/heads/other", "HEAD")
			runGit(t, dir, "reset", "-q", "--hard", "HEAD~1")
			runGit(t, dir, "update-ref", "-d", "refs/heads/other")
			runGit(t, dir, "reflog", "expire", "--expire=now", "--all")
			runGit(t, dir, "repack", "-dq", "--cruft")
			runGit(t, dir, "multi-pack-index", "write")
			runGit(t, dir, "commit-graph", "write", "--reachable")
			runGit(t, dir, "pack-refs", "--all")
			return dir, nil
		},
		"replace refs and a detached HEAD": func(t *testing.T, dir string) (string, []string) {
			runGit(t, dir, "replace", "HEAD", "HEAD~1")
			runGit(t, dir, "checkout", "-q", "--detach", "HEAD~1")
			return dir, nil
		},
		"dangling and broken references": func(t *testing.T, dir string) (string, []string) {
			writeFile(t, filepath.Join(dir, ".git/refs/heads/gone"), "ref: refs/heads/nowhere\n")
			writeFile(t, filepath.Join(dir, ".git/refs/heads/x.lock"), "")
			return dir, nil
		},
		"no commits": func(t *testing.T, dir string) (string, []string) {
			runGit(t, dir, "init", "-q", "../new")
			return dir + "/../new", nil
		},
	}
	for name, prepare := range tests {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "client")
			initRepo(t, dir, "1", "2", "3", "4")
			runGit(t, dir, "tag", "-a", "-m", "tag", "v1", "HEAD~2")
			at, env := prepare(t, dir)
			want, err := gitWith(at, env, nil, append(logArgs(), "--all")...)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(parseLog(want), history(t, openRepo(t, at, env...))); diff != "" {
				t.Errorf("(-git +ours):\n%s", diff)
			}
		})
	}
}

// TestUnsupported opens repositories that cannot be read, and reads objects that are not there.
func TestUnsupported(t *testing.T) {
	read := func(dir string) error {
		r, err := Open(dir, quietEnv())
		if err != nil {
			return err
		}
		defer r.Close()
		tip, err := r.Resolve("HEAD")
		if err != nil {
			return err
		}
		return r.Walk(context.Background(), tip, "", func(e Entry) error {
			_, _, err := r.Blob(e.Hash, 1<<20)
			return err
		})
	}
	tests := map[string]struct {
		prepare func(t *testing.T, dir string) string
		want    string // part of the message
		as      any
	}{
		"no repository": {func(t *testing.T, dir string) string { return t.TempDir() }, "not a git repository", nil},
		"sha256": {func(t *testing.T, dir string) string {
			runGit(t, dir, "init", "-q", "--object-format=sha256", "../other")
			return dir + "/../other"
		}, "object format sha256 (extensions.objectFormat) is not supported", new(*UnsupportedError)},
		"reftable": {func(t *testing.T, dir string) string {
			runGit(t, dir, "config", "core.repositoryFormatVersion", "1")
			runGit(t, dir, "config", "extensions.refStorage", "reftable")
			return dir
		}, "git refs migrate", new(*UnsupportedError)},
		"unknown extension": {func(t *testing.T, dir string) string {
			writeFile(t, filepath.Join(dir, ".git/config"), "[core]\nrepositoryFormatVersion = 1\n[extensions]\nwarpDrive = on\n")
			return dir
		}, "repository extension warpdrive", new(*UnsupportedError)},
		"unknown format version": {func(t *testing.T, dir string) string {
			writeFile(t, filepath.Join(dir, ".git/config"), "[core]\nrepositoryFormatVersion = 2\n")
			return dir
		}, "repository format version 2", new(*UnsupportedError)},
		"partial clone": {func(t *testing.T, dir string) string {
			runGit(t, dir, "config", "uploadpack.allowFilter", "true")
			runGit(t, dir, "clone", "-q", "--no-checkout", "--filter=blob:none", "file://"+dir, "../partial")
			return dir + "/../partial"
		}, "git fetch --refetch", new(*UnsupportedError)},
		"missing object": {func(t *testing.T, dir string) string {
			blob := strings.TrimSpace(runGit(t, dir, "rev-parse", "HEAD:a"))
			if err := os.Remove(filepath.Join(dir, ".git/objects", blob[:2], blob[2:])); err != nil {
				t.Fatal(err)
			}
			return dir
		}, "object d8263ee9860594d2806b0dfd1bfd17528b0ba2a4 is missing", new(*MissingObjectError)},
		"truncated loose object": {func(t *testing.T, dir string) string {
			blob := strings.TrimSpace(runGit(t, dir, "rev-parse", "HEAD:a"))
			damage(t, filepath.Join(dir, ".git/objects", blob[:2], blob[2:]), func(b []byte) []byte { return b[:len(b)-3] })
			return dir
		}, "263ee9860594d2806b0dfd1bfd17528b0ba2a4: loose object: truncated", new(*CorruptError)},
		"damaged pack": {func(t *testing.T, dir string) string {
			runGit(t, dir, "repack", "-adq")
			packs, _ := filepath.Glob(filepath.Join(dir, ".git/objects/pack/*.pack"))
			damage(t, packs[0], func(b []byte) []byte {
				for i := 14; i < len(b); i++ {
					b[i] ^= 0x55
				}
				return b
			})
			return dir
		}, ".pack: object at 12:", new(*CorruptError)},
		"truncated pack index": {func(t *testing.T, dir string) string {
			runGit(t, dir, "repack", "-adq")
			indexes, _ := filepath.Glob(filepath.Join(dir, ".git/objects/pack/*.idx"))
			damage(t, indexes[0], func(b []byte) []byte { return b[:1100] })
			return dir
		}, "do not fit", new(*CorruptError)},
		"pack without its data": {func(t *testing.T, dir string) string {
			runGit(t, dir, "repack", "-adq")
			packs, _ := filepath.Glob(filepath.Join(dir, ".git/objects/pack/*.pack"))
			if err := os.Remove(packs[0]); err != nil {
				t.Fatal(err)
			}
			return dir
		}, ".pack: no such file", nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "client")
			initRepo(t, dir, "1", "2")
			err := read(test.prepare(t, dir))
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Fatalf("error %v, want one with %q", err, test.want)
			}
			if test.as != nil && !errors.As(err, test.as) {
				t.Errorf("error %v is a %T", err, err)
			}
		})
	}
}

func damage(t *testing.T, path string, change func([]byte) []byte) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, change(data), 0o644); err != nil {
		t.Fatal(err)
	}
}
