package check

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lotus-lake/lotus-gate/policy"
	"github.com/lotus-lake/lotus-gate/validate/repo"
)

// TestForkPoint asks against what a range is judged.
func TestForkPoint(t *testing.T) {
	r := newRepo(t)
	at := map[string]string{}
	grow := func(name string) { at[name] = r.commit(t, name, name) }
	grow("root")
	grow("old")
	r.git(t, "checkout", "-q", "-b", "side")
	grow("side")
	r.git(t, "checkout", "-q", "main")
	grow("base")
	r.git(t, "checkout", "-q", "side")
	r.git(t, "merge", "-q", "-m", "m", "main")
	at["merged"] = r.git(t, "rev-parse", "HEAD")
	grow("after")
	r.git(t, "checkout", "-q", "--orphan", "other")
	grow("orphan")
	r.git(t, "checkout", "-q", "main")
	grow("moved on")
	r.git(t, "tag", "-a", "-m", "x", "v1", at["old"])
	at["tag of old"] = r.git(t, "rev-parse", "v1")
	at[""] = noID

	names := map[string]string{}
	for name, id := range at {
		if name != "tag of old" {
			names[id] = name
		}
	}
	git := r.open(t)
	for _, c := range []struct{ base, tip, want string }{
		{"root", "old", "root"},
		{"root", "side", "root"},
		{"old", "side", "old"},
		{"base", "side", "old"}, // base moved on since
		{"base", "merged", "base"},
		{"moved on", "merged", "base"},
		{"moved on", "after", "base"},
		{"side", "after", "side"},
		{"base", "orphan", "base"}, // nothing in common
		{"", "side", ""},
		{"side", "old", "old"}, // base has it all
		{"side", "side", "side"},
		{"tag of old", "side", "old"},
	} {
		base, tip := hash(t, at[c.base]), hash(t, at[c.tip])
		var known []repo.Hash
		if c.base != "" {
			known = []repo.Hash{base}
		}
		commits, err := git.NewCommits(t.Context(), []repo.Hash{tip}, known)
		if err != nil {
			t.Fatal(err)
		}
		got, err := forkPoint(t.Context(), git, base, tip, commits)
		if err != nil || names[got.String()] != c.want {
			t.Errorf("%s..%s forks at %q, %v; want %q", c.base, c.tip, names[got.String()], err, c.want)
		}
	}
}

// TestRange judges a range as a whole: what base did since is no part of it, what
// came from commits that base has is judged, and what base had exists.
func TestRange(t *testing.T) {
	const orders, bad = "orchestration/dag/streams/shop/orders.json", `{"stream": "orders", "sync_mode": "sometimes"}`
	r := newRepo(t)
	r.commit(t, orders, bad, "secret.txt", stateV4)
	r.commit(t, "secret.txt", "")
	base := r.commit(t, "README.md", "x")
	r.git(t, "checkout", "-q", "-b", "side")
	r.commit(t, orders, bad+"\n")
	tip := r.commit(t, "README.md", "y", "restored.txt", stateV4)
	r.git(t, "checkout", "-q", "main")
	moved := r.commit(t, orders, "")

	for name, c := range map[string]struct {
		base, tip string
		want      []string
	}{
		"the side":                {base, tip, []string{"stream/missing_catalog existing", "stream/schema existing", "stream/schema existing", "state/committed restored.txt"}},
		"from a base gone on":     {moved, tip, []string{"stream/missing_catalog existing", "stream/schema existing", "stream/schema existing", "state/committed restored.txt"}},
		"nothing new":             {tip, base, nil},
		"all, from nothing":       {noID, base, []string{"stream/missing_catalog", "stream/schema", "stream/schema", "state/committed secret.txt"}},
		"what base did, reversed": {base, moved, nil},
	} {
		res, err := checker(t, "").Range(t.Context(), r.open(t), hash(t, c.base), hash(t, c.tip))
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, f := range policy.Sort(res.Findings) {
			line := f.Rule
			if f.Rule == "state/committed" {
				line += " " + f.Path
			}
			if f.Existing {
				line += " existing"
			}
			got = append(got, line)
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}
