package check

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lotus-lake/lotus-gate/validate/repo"
)

// TestPush judges what a push brings, ref by ref: commits, tags on what is none,
// refs that go away, and branches that are not protected.
func TestPush(t *testing.T) {
	const orders, bad = "orchestration/dag/streams/shop/orders.json", `{"stream": "orders", "sync_mode": "sometimes"}`
	r := newRepo(t)
	base := r.commit(t, "README.md", "x", orders, bad)
	r.git(t, "checkout", "-q", "--detach")
	leak := r.commit(t, "notes/a.txt", stateV4)
	mended := r.commit(t, "notes/a.txt", "")
	broken := r.commit(t, orders, bad+" ", "orchestration/dag/streams/shop/refunds.json", "{")
	tree, blob := r.git(t, "rev-parse", leak+":notes"), r.git(t, "rev-parse", leak+":notes/a.txt")
	r.git(t, "tag", "-a", "-m", "x", "heavy", blob)
	heavy := r.git(t, "rev-parse", "heavy")
	r.git(t, "tag", "-d", "heavy")
	r.git(t, "checkout", "-q", "main")

	type finding struct {
		Rule, Path, Commit string
		Existing           bool
	}
	for name, c := range map[string]struct {
		updates []Update
		config  string
		commits int
		want    []finding
	}{
		"nothing":           {},
		"a ref that goes":   {updates: []Update{{hash(t, base), repo.Hash{}, "refs/heads/main"}}},
		"what is known":     {updates: []Update{{repo.Hash{}, hash(t, base), "refs/heads/new"}}},
		"added and undone":  {updates: []Update{{hash(t, base), hash(t, mended), "refs/heads/main"}}, commits: 2, want: []finding{{"state/committed", "notes/a.txt", leak, false}}},
		"a tag on a commit": {updates: []Update{{repo.Hash{}, hash(t, leak), "refs/tags/v1"}}, commits: 1, want: []finding{{"state/committed", "notes/a.txt", leak, false}}},
		"a tag on a blob":   {updates: []Update{{repo.Hash{}, hash(t, blob), "refs/tags/b"}}, want: []finding{{"state/committed", "refs/tags/b", blob, false}}},
		"a heavy tag on it": {updates: []Update{{repo.Hash{}, hash(t, heavy), "refs/tags/h"}}, want: []finding{{"state/committed", "refs/tags/h", heavy, false}}},
		"a tag on a tree":   {updates: []Update{{repo.Hash{}, hash(t, tree), "refs/tags/t"}}, want: []finding{{"state/committed", "a.txt", tree, false}}},
		"two refs": {
			updates: []Update{{repo.Hash{}, hash(t, mended), "refs/heads/new"}, {repo.Hash{}, hash(t, tree), "refs/tags/t"}}, commits: 2,
			want: []finding{{"state/committed", "a.txt", tree, false}, {"state/committed", "notes/a.txt", leak, false}},
		},
		"a branch that is not protected": {
			updates: []Update{{repo.Hash{}, hash(t, broken), "refs/heads/topic"}}, config: "branches: [main]\n", commits: 3,
			want: []finding{{"state/committed", "notes/a.txt", leak, false}},
		},
		"a branch that is": {
			updates: []Update{{hash(t, base), hash(t, broken), "refs/heads/main"}}, config: "branches: [main]\nrules: {state/committed: {enabled: false}, stream/missing_catalog: {enabled: false}}\n", commits: 3,
			want: []finding{
				{"stream/schema", orders, broken, true},
				{"stream/schema", orders, broken, true},
				{"stream/schema", "orchestration/dag/streams/shop/refunds.json", broken, false},
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			res, err := checker(t, c.config).Push(t.Context(), r.open(t), c.updates)
			if err != nil {
				t.Fatal(err)
			}
			var got []finding
			for _, f := range res.Findings {
				got = append(got, finding{f.Rule, f.Path, f.Commit, f.Existing})
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
			if res.Commits != c.commits || res.Undecided != nil || res.NotInspected != nil {
				t.Errorf("%d commits, want %d; undecided %v, not inspected %v", res.Commits, c.commits, res.Undecided, res.NotInspected)
			}
		})
	}
	if _, err := checker(t, "").Push(t.Context(), r.open(t), []Update{{repo.Hash{}, hash(t, oneID), "refs/heads/x"}}); err == nil {
		t.Error("a push of an object that is not there was judged")
	}
}

// TestStaged judges the index: what a commit made now would bring.
func TestStaged(t *testing.T) {
	r := newRepo(t)
	r.commit(t, "kept.tfstate", "x", "gone.txt", "x")
	r.write(t, "notes.txt", stateV4)
	r.write(t, "gone.txt", "")
	r.git(t, "add", "-A")
	r.write(t, "later.txt", stateV4) // not staged
	res, err := checker(t, "").Staged(t.Context(), r.open(t))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range res.Findings {
		got = append(got, f.Rule+" "+f.Path+" "+f.Commit)
	}
	if diff := cmp.Diff([]string{"state/committed notes.txt "}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if err := os.WriteFile(filepath.Join(r.dir, ".git", "index"), []byte("DIRC"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := checker(t, "").Staged(t.Context(), r.open(t)); err == nil {
		t.Error("a damaged index was judged")
	}
}
