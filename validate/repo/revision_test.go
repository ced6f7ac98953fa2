package repo

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// mergeRepo has two branches, a merge, tags of every kind, and packed as well as loose objects.
func mergeRepo(t testing.TB) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "r")
	initRepo(t, dir, "1", "2", "3")
	runGit(t, dir, "checkout", "-q", "-b", "feature/x", "HEAD~1")
	writeFile(t, filepath.Join(dir, "sub/dir/b"), "b")
	runGit(t, dir, "add", "-A")
	runGit(t, dir, "commit", "-q", "-m", "side")
	runGit(t, dir, "checkout", "-q", "main")
	runGit(t, dir, "merge", "-q", "--no-ff", "-m", "merge", "feature/x")
	runGit(t, dir, "tag", "light", "HEAD~1")
	runGit(t, dir, "tag", "-a", "-m", "1", "v1", "HEAD^2")
	runGit(t, dir, "tag", "-a", "-m", "2", "nested", "v1")
	runGit(t, dir, "tag", "-a", "-m", "3", "blob", "HEAD:a")
	runGit(t, dir, "tag", "-a", "-m", "4", "tree", "HEAD^{tree}")
	runGit(t, dir, "update-ref", "refs/remotes/origin/far", "HEAD~2")
	runGit(t, dir, "symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/far")
	runGit(t, dir, "tag", "main", "HEAD~2") // a tag and a branch of one name: the tag is meant
	runGit(t, dir, "repack", "-dq")
	runGit(t, dir, "pack-refs", "--all")
	runGit(t, dir, "commit", "-q", "--allow-empty", "-m", "loose")
	return dir
}

func TestResolve(t *testing.T) {
	dir := mergeRepo(t)
	r := openRepo(t, dir)
	head := revParse(t, dir, "HEAD").String()
	packed := revParse(t, dir, "HEAD~2").String()
	for _, rev := range []string{
		"HEAD", "@", "@~1", "HEAD^", "HEAD~1^2", "HEAD~1^2~1", "HEAD^^", "HEAD~3", "HEAD^0", "HEAD~0", "main", "heads/main", "tags/main", "refs/heads/main",
		"feature/x", "light", "v1", "nested", "origin", "origin/far", "refs/remotes/origin/HEAD", "v1^{commit}", "nested^{}", "v1~1", "HEAD^{tree}", "blob^{}", "blob^{blob}",
		"tree^{tree}", "nested^{tag}", "nested^{object}", "v1^{tree}", head, head[:4], head[:11], packed[:7], packed + "~1", "anything-3-g" + packed[:8], strings.ToUpper(packed),
	} {
		want := strings.TrimSpace(runGit(t, dir, "rev-parse", "--verify", "-q", rev))
		if kind := strings.TrimSpace(runGit(t, dir, "cat-file", "-t", want)); kind == "tag" && !strings.Contains(rev, "{") {
			want = strings.TrimSpace(runGit(t, dir, "rev-parse", "--verify", "-q", rev+"^{commit}")) // what we peel
		}
		got, err := r.Resolve(rev)
		if err != nil || got.String() != want {
			t.Errorf("Resolve(%q) = %s, %v, want %s", rev, got, err, want)
		}
	}
	for _, rev := range []string{
		"", "nowhere", "HEAD~9", "HEAD^3", "HEAD^{", "HEAD^{nonsense}", "HEAD~1x", "blob", "tree", "blob^{commit}", "HEAD@{1}", "@{u}", "HEAD:a", ":/side", "../x", "refs/../HEAD",
		"config", "/etc/passwd", "a..b", "00", "0000", "HEAD^{/x}", "HEAD~99999999999999999999",
	} {
		if got, err := r.Resolve(rev); !errors.Is(err, ErrUnknownRevision) {
			t.Errorf("Resolve(%q) = %s, %v, want %v", rev, got, err, ErrUnknownRevision)
		}
	}
	var missing *MissingObjectError
	if got, err := r.Resolve(strings.Repeat("ab", 20)); !errors.As(err, &missing) {
		t.Errorf("Resolve of an absent object = %s, %v", got, err)
	}
}

func TestPeel(t *testing.T) {
	dir := mergeRepo(t)
	r := openRepo(t, dir)
	type peeled struct {
		Kind Kind
		Hash Hash
	}
	got := make(map[string]peeled)
	for _, name := range []string{"nested", "blob", "tree", "light"} {
		kind, h, err := r.Peel(revParse(t, dir, name))
		if err != nil {
			t.Fatal(err)
		}
		got[name] = peeled{kind, h}
	}
	want := map[string]peeled{
		"nested": {KindCommit, revParse(t, dir, "v1^{}")},
		"blob":   {KindBlob, revParse(t, dir, "HEAD~1:a")},
		"tree":   {KindTree, revParse(t, dir, "HEAD~1^{tree}")},
		"light":  {KindCommit, revParse(t, dir, "HEAD~2")},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestAmbiguousAbbreviation(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "r")
	initRepo(t, dir, "1")
	// Blobs alone that share their first four digits with the commit do not make it ambiguous, but two such blobs are.
	commit := revParse(t, dir, "HEAD")
	twin := commit
	twin[19] ^= 1
	blob := revParse(t, dir, "HEAD:a").String()
	data, err := os.ReadFile(filepath.Join(dir, ".git/objects", blob[:2], blob[2:]))
	if err != nil {
		t.Fatal(err)
	}
	writeFile(t, loosePath(filepath.Join(dir, ".git/objects"), twin), string(data))
	if got, err := openRepo(t, dir).Resolve(commit.String()[:10]); err != nil || got != commit {
		t.Errorf("Resolve = %s, %v, want %s", got, err, commit)
	}
	other := mustHash(t, blob)
	other[19] ^= 1
	writeFile(t, loosePath(filepath.Join(dir, ".git/objects"), other), string(data))
	if got, err := openRepo(t, dir).Resolve(blob[:10] + "^{blob}"); err == nil || !strings.Contains(err.Error(), "ambiguous") {
		t.Errorf("Resolve of an ambiguous name = %s, %v", got, err)
	}
}

func TestBrokenRefs(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "r")
	initRepo(t, dir, "1")
	tip := revParse(t, dir, "HEAD")
	writeFile(t, filepath.Join(dir, ".git/refs/heads/empty"), "")
	writeFile(t, filepath.Join(dir, ".git/refs/heads/loop"), "ref: refs/heads/loop\n")
	writeFile(t, filepath.Join(dir, ".git/refs/heads/nowhere"), "ref: refs/heads/absent\n")
	r := openRepo(t, dir)
	got, err := r.RefTips()
	if err != nil {
		t.Fatal(err)
	}
	want := []Ref{{"HEAD", tip}, {"refs/heads/empty", Hash{}}, {"refs/heads/loop", Hash{}}, {"refs/heads/main", tip}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if _, err := r.NewCommits(t.Context(), []Hash{tip, {}}, nil); err == nil {
		t.Error("a broken reference was included without an error")
	}
	commits, err := r.NewCommits(t.Context(), []Hash{tip}, []Hash{{}, mustHash(t, strings.Repeat("ab", 20))})
	if err != nil || len(commits) != 1 {
		t.Errorf("with exclusions that do not exist: %v, %v", commits, err)
	}
}
