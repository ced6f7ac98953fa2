package check

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lotus-lake/lotus-gate/policy"
	"github.com/lotus-lake/lotus-gate/validate/lake"
)

// TestIntroductions asks what each commit brought: in a merge, what no parent has.
func TestIntroductions(t *testing.T) {
	r := newRepo(t)
	brought := func(id string) []string {
		t.Helper()
		git := r.open(t)
		c, err := git.Commit(hash(t, id))
		if err != nil {
			t.Fatal(err)
		}
		list, err := introductions(t.Context(), git, c)
		if err != nil {
			t.Fatal(err)
		}
		var paths []string
		for _, f := range list {
			data, err := readBlob(git, f.Entry, 1<<20)
			if err != nil || f.commit.String() != id {
				t.Errorf("%s of commit %s: %v", f.Path, f.commit, err)
			}
			paths = append(paths, f.Path+"="+string(data))
		}
		return paths
	}
	root := r.commit(t, "a", "1", "b", "1", "d/c", "1")
	r.git(t, "checkout", "-q", "-b", "side")
	r.commit(t, "a", "side", "s", "side", "both", "same")
	r.git(t, "checkout", "-q", "main")
	r.commit(t, "b", "main", "both", "same")
	r.git(t, "merge", "-q", "--no-commit", "side")
	r.write(t, "evil", "in the merge alone")
	r.write(t, "b", "1") // as before main changed it: one parent has it
	r.write(t, "a", "mended")
	merge := r.commit(t)
	for name, c := range map[string]struct {
		commit string
		want   []string
	}{
		"root":    {root, []string{"a=1", "b=1", "d/c=1"}},
		"merge":   {merge, []string{"a=mended", "evil=in the merge alone"}},
		"removal": {r.commit(t, "evil", ""), nil},
		"renamed": {func() string { r.git(t, "mv", "d/c", "d/e"); return r.commit(t) }(), []string{"d/e=1"}},
		"executed": {func() string {
			r.git(t, "update-index", "--chmod=+x", "a")
			r.git(t, "commit", "-qm", "x")
			return r.git(t, "rev-parse", "HEAD")
		}(), []string{"a=mended"}},
		"nothing": {r.git(t, "commit-tree", "-m", "x", "-p", "HEAD", "HEAD^{tree}"), nil},
	} {
		if diff := cmp.Diff(c.want, brought(c.commit)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

const stateV4 = `{"version": 4, "terraform_version": "1.5.7", "serial": 3, "lineage": "0d9b", "resources": []}`

// TestHistoryJudgesOnce: content is judged once under each name, and told of the
// first commit that has it.
func TestHistoryJudgesOnce(t *testing.T) {
	r := newRepo(t)
	first := r.commit(t, "notes.txt", stateV4, "README.md", "x")
	r.commit(t, "notes.txt", "")
	r.commit(t, "notes.txt", stateV4) // again: told already
	third := r.commit(t, "copy.txt", stateV4, "old/README.md", "x")
	named := r.commit(t, "terraform.tfstate", "x") // harmless content under a name that says state
	tip := r.git(t, "rev-parse", "HEAD")

	c := checker(t, "")
	seen := map[string]int{}
	c.Observe = func(doc policy.Document) { seen[doc.Kind]++ }
	var steps []string
	c.Progress = func(done, total int) { steps = append(steps, fmt.Sprintf("%d of %d", done, total)) }
	git := r.open(t)
	commits, err := git.NewCommits(t.Context(), hashes(t, tip), nil)
	if err != nil {
		t.Fatal(err)
	}
	run := c.start()
	if err := run.history(t.Context(), git, commits, judged{}); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range policy.Sort(run.res.Findings) {
		got = append(got, f.Rule+" "+f.Path+" "+f.Commit)
	}
	want := []string{
		"state/committed copy.txt " + third,
		"state/committed notes.txt " + first,
		"state/committed terraform.tfstate " + named,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(map[string]int{"material": 3}, seen); diff != "" {
		t.Errorf("documents (-want +got):\n%s", diff)
	}
	if run.res.Commits != 5 || !slices.Equal(steps, []string{"5 of 5"}) {
		t.Errorf("%d commits, progress %v", run.res.Commits, steps)
	}
}

// TestUnreadableHistory: a file that is too large is not inspected, is judged by
// its name, and the run goes on.
func TestUnreadableHistory(t *testing.T) {
	r := newRepo(t)
	id := r.commit(t, "big.tfstate", "0123456789", "small", "1")
	c := checker(t, "")
	c.Config.Limits.Blob = 4
	res, err := c.History(t.Context(), r.open(t), hashes(t, id))
	if err != nil {
		t.Fatal(err)
	}
	want := []NotInspected{{Path: "big.tfstate", Commit: id, Reason: "10 bytes, more than the 4 that limits.blob allows", Undecided: true}}
	if diff := cmp.Diff(want, res.NotInspected); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if len(res.Findings) != 1 || res.Findings[0].Rule != "state/committed" {
		t.Errorf("findings: %v", res.Findings)
	}
}

// TestUnreadablePart: a schema that nobody can look into leaves its stream and
// its source undecided, and the others are judged.
func TestUnreadablePart(t *testing.T) {
	const streams, sources = "orchestration/dag/streams/", "orchestration/dag/sources/"
	entries := []lake.Entry{
		{Path: streams + "a/orders.json"},
		{Path: sources + "a/orders.json"},
		{Path: streams + "b/orders.json"},
		{Path: "infra/main.tf"},
		{Path: "lost/main.tf"},
	}
	tree := lake.NewFiles(entries, func(e lake.Entry) ([]byte, error) {
		switch e.Path {
		case sources + "a/orders.json", "lost/main.tf":
			return nil, &lake.UninspectedError{Path: e.Path, Reason: "too large", Undecided: true}
		case "infra/main.tf":
			return []byte("resource {\n"), nil
		}
		return []byte(`{"stream": "orders"}`), nil
	})
	c := checker(t, "")
	r := c.start()
	if err := r.tip(t.Context(), snapshot{tip: lake.NewView(tree, c.lake()), all: true}); err != nil {
		t.Fatal(err)
	}
	res := r.finish(t.Context(), true)
	var undecided, rules []string
	for _, err := range res.Undecided {
		undecided = append(undecided, err.Error())
	}
	for _, f := range res.Findings {
		rules = append(rules, f.Rule+" "+f.Path)
	}
	lost := sources + "a/orders.json: not inspected: too large"
	if diff := cmp.Diff([]string{
		"lost/main.tf: not inspected: too large", lost, streams + "a/orders.json: " + lost,
	}, undecided); diff != "" {
		t.Errorf("undecided (-want +got):\n%s", diff)
	}
	for _, want := range []string{"stream/missing_catalog " + streams + "b/orders.json", "terraform/syntax infra/main.tf"} {
		if !slices.Contains(rules, want) {
			t.Errorf("no %s in %q", want, rules)
		}
	}
}
