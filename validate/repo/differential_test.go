package repo

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestDifferential makes random repositories with real git and compares all that is read of them with what git says.
func TestDifferential(t *testing.T) {
	const repositories = 520
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	template := filepath.Join(t.TempDir(), "template")
	runGit(t, ".", "init", "-q", "--bare", "--template=", template)
	for i := range repositories {
		// The seed of one repository is the seed of all plus its number, so that it can be made again alone.
		rng := rand.New(rand.NewPCG(seed, uint64(i)))
		dir := filepath.Join(t.TempDir(), "r.git")
		if err := os.CopyFS(dir, os.DirFS(template)); err != nil {
			t.Fatal(err)
		}
		history := newRandomHistory(rng)
		if err := makeRepo(dir, history, rng); err != nil {
			t.Fatalf("repository %d of seed %d: %v", i, seed, err)
		}
		if !compareWithGit(t, dir, history.skewed, rng) {
			t.Fatalf("repository %d of seed %d differs", i, seed)
		}
		if err := os.RemoveAll(dir); err != nil {
			t.Fatal(err)
		}
	}
}

// makeRepo imports a history and stores it in one of the many ways git has.
func makeRepo(dir string, history *randomHistory, rng *rand.Rand) error {
	limit := []string{"0", "1000"}[rng.IntN(2)] // a pack, or loose objects
	if _, err := tryGit(dir, history.stream.Bytes(), "-c", "fastimport.unpackLimit="+limit, "fast-import", "--quiet", "--force", "--done"); err != nil {
		return err
	}
	for _, args := range [][][]string{
		nil,
		nil,
		{{"repack", "-adq", "--depth=50", "--window=10"}},
		{{"repack", "-adfq", "--no-write-bitmap-index"}, {"pack-refs", "--all"}},
		{{"repack", "-dq"}, {"multi-pack-index", "write"}},
		{{"gc", "-q", "--prune=now"}},
		{{"-c", "repack.usedeltabaseoffset=false", "repack", "-adfq"}, {"commit-graph", "write", "--reachable"}},
	}[rng.IntN(7)] {
		if _, err := tryGit(dir, nil, args...); err != nil {
			return err
		}
	}
	return nil
}

func compareWithGit(t *testing.T, dir string, skewed bool, rng *rand.Rand) bool {
	t.Helper()
	ctx := context.Background()
	r, err := Open(dir, quietEnv())
	if err != nil {
		t.Error(err)
		return false
	}
	defer r.Close()
	refs, err := r.RefTips()
	if err != nil {
		t.Error(err)
		return false
	}
	var tips []Hash
	for _, ref := range refs {
		tips = append(tips, ref.Hash)
	}
	commits, err := r.NewCommits(ctx, tips, nil)
	if err != nil {
		t.Error(err)
		return false
	}
	graph := make(map[Hash][]Hash)
	for _, c := range commits {
		for _, parent := range c.Parents {
			if _, known := graph[parent]; !known {
				t.Errorf("commit %s comes before its parent %s", c.Hash, parent)
			}
		}
		graph[c.Hash] = c.Parents
	}
	ours, err := ourLog(r, commits)
	if err != nil {
		t.Error(err)
		return false
	}
	if diff := cmp.Diff(parseLog(runGit(t, dir, append(logArgs(), "--all")...)), ours); diff != "" {
		t.Errorf("changes (-git +ours):\n%s", diff)
	}
	hashes := make([]Hash, 0, len(commits))
	for _, c := range commits {
		hashes = append(hashes, c.Hash)
	}
	for range 3 {
		compareRange(t, r, dir, graph, hashes, skewed, rng)
	}
	return !t.Failed()
}

// ourLog returns what we say of each commit.
func ourLog(r *Repo, commits []Commit) (map[string][]string, error) {
	log := make(map[string][]string)
	for _, c := range commits {
		var lines []string
		for change, err := range r.Changes(context.Background(), c) {
			if err != nil {
				return nil, err
			}
			lines = append(lines, fmt.Sprintf(":%06o %06o %s %s %c %q",
				uint32(change.OldMode), uint32(change.Mode), change.OldBlob, change.Blob, change.Status, change.Path))
		}
		log[c.Hash.String()] = append(lines, fmt.Sprint(c.Tree, c.Parents, c.AuthorTime.Unix(), c.CommitterTime.Unix(), c.Author, c.Subject))
	}
	return log, nil
}

func logArgs() []string {
	return []string{
		"log", "-m", "--raw", "--no-renames", "--no-abbrev", "-z", "--always", "--no-show-signature",
		"--format=%x01%H%x02%T%x02%P%x02%at%x02%ct%x02%an%x02%s%x01",
	}
}

// parseLog brings what git says of each commit into the form of ourLog.
func parseLog(out string) map[string][]string {
	lines := make(map[string][]string)
	facts := make(map[string]string)
	var at string
	for out != "" {
		switch out[0] {
		case 1:
			var head string
			head, out, _ = strings.Cut(out[1:], "\x01")
			f := strings.Split(head, "\x02")
			at = f[0]
			facts[at] = fmt.Sprint(f[1], " [", f[2], "] ", f[3], " ", f[4], f[5], f[6])
		case ':':
			var status, path string
			status, out, _ = strings.Cut(out, "\x00")
			path, out, _ = strings.Cut(out, "\x00")
			lines[at] = append(lines[at], fmt.Sprintf("%s %q", status, path))
		default:
			out = out[1:]
		}
	}
	for h, fact := range facts {
		lines[h] = append(lines[h], fact)
	}
	return lines
}

// compareRange compares the new commits of a random range with the definition, and with git where git is exact.
func compareRange(t *testing.T, r *Repo, dir string, graph map[Hash][]Hash, hashes []Hash, skewed bool, rng *rand.Rand) {
	t.Helper()
	var include, exclude []Hash
	for range 1 + rng.IntN(3) {
		include = append(include, hashes[rng.IntN(len(hashes))])
	}
	for range 1 + rng.IntN(3) {
		exclude = append(exclude, hashes[rng.IntN(len(hashes))])
	}
	commits, err := r.NewCommits(context.Background(), include, exclude)
	if err != nil {
		t.Error(err)
		return
	}
	var ours []string
	for _, c := range commits {
		ours = append(ours, c.Hash.String())
	}
	slices.Sort(ours)
	old := reachable(graph, exclude)
	var want []string
	for h := range reachable(graph, include) {
		if !old[h] {
			want = append(want, h.String())
		}
	}
	slices.Sort(want)
	if diff := cmp.Diff(want, ours); diff != "" {
		t.Errorf("new commits of %v not %v (-definition +ours):\n%s", include, exclude, diff)
	}
	if skewed || rng.IntN(2) == 0 {
		return
	}
	args := []string{"rev-list"}
	for _, h := range include {
		args = append(args, h.String())
	}
	for _, h := range exclude {
		args = append(args, "^"+h.String())
	}
	git := strings.Fields(runGit(t, dir, args...))
	slices.Sort(git)
	if diff := cmp.Diff(git, append([]string{}, ours...)); diff != "" {
		t.Errorf("new commits of %v not %v (-git +ours):\n%s", include, exclude, diff)
	}
}

func reachable(graph map[Hash][]Hash, from []Hash) map[Hash]bool {
	seen := make(map[Hash]bool)
	for stack := slices.Clone(from); len(stack) > 0; {
		h := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if !seen[h] {
			seen[h] = true
			stack = append(stack, graph[h]...)
		}
	}
	return seen
}
