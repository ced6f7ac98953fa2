package check

import (
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lotus-lake/lotus-gate/policy"
	"github.com/lotus-lake/lotus-gate/validate/repo"
)

// churned are files that come, change and go in generated histories, with texts
// of which some are refused.
var churned = map[string][]string{
	"orchestration/dag/streams/shopify/orders.json": {
		`{"stream": "orders", "sync_mode": "full_refresh", "destination_sync_mode": "overwrite"}`,
		`{"stream": "orders", "sync_mode": "incremental", "destination_sync_mode": "overwrite"}`,
		`{"stream": "ordres", "sync_mode": "full_refresh", "destination_sync_mode": "append", "backfill": true}`,
		`{"stream": `,
	},
	"orchestration/dag/sources/shopify/orders.json":   {`{"fields": {"id": "integer"}}`, `{"fields": {"id": "integer"}, "options": {"sync_modes": ["incremental"]}}`},
	"orchestration/dag/streams/shopify/_catalog.json": {`{"streams": []}`, `{}`},
	"orchestration/airbyte/terraform/main.tf": {
		`resource "airbyte_source" "a" { name = var.b }`, "variable \"b\" {}\n", `resource "x" {`,
	},
	"orchestration/airbyte/terraform/more.tf": {"variable \"b\" {}\nvariable \"c\" {}\n", "variable \"d\" {}\n"},
	"deploy/app.yaml": {
		"apiVersion: v1\nkind: Secret\nmetadata: {name: a}\nstringData: {password: hunter2hunter2}\n",
		"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n",
		"apiVersion: infra.contrib.fluxcd.io/v1alpha2\nkind: Terraform\nmetadata: {name: a, namespace: b}\nspec: {force: true}\n",
	},
	"notes/before.json": {stateV4, "{}"},
	"run.sh":            {"terraform apply\n", "true\n"},
}

// churn makes a history with merges, and returns its tip.
func churn(t *testing.T, r lakeRepo, random *rand.Rand, commits int) {
	t.Helper()
	paths := slices.Sorted(maps.Keys(churned))
	there := func(path string) bool { return r.git(t, "ls-files", path) != "" }
	change := func() {
		var files []string
		for range 1 + random.IntN(3) {
			path := paths[random.IntN(len(paths))]
			text := churned[path][random.IntN(len(churned[path]))]
			if random.IntN(4) == 0 && there(path) && !slices.Contains(files, path) {
				text = ""
			}
			if !slices.Contains(files, path) {
				files = append(files, path, text)
			}
		}
		r.commit(t, files...)
	}
	change()
	for range commits {
		if random.IntN(5) > 0 {
			change()
			continue
		}
		r.git(t, "checkout", "-q", "-b", "side")
		change()
		change()
		r.git(t, "checkout", "-q", "main")
		change()
		r.git(t, "merge", "-q", "-s", "ours", "--no-ff", "--no-commit", "side")
		r.git(t, "checkout", "side", "--", ".")
		r.commit(t)
		r.git(t, "branch", "-q", "-D", "side")
	}
}

// remembering is a checker of all shipped rules as replays have it.
func remembering(t *testing.T) *Checker {
	t.Helper()
	c := checker(t, "")
	engine, err := policy.NewEngine(c.Set, policy.Config{Remember: true, Layout: map[string]any{
		"streams": c.Config.Layout.Streams, "sources": c.Config.Layout.Sources, "catalog": c.Config.Layout.Catalog,
	}})
	if err != nil {
		t.Fatal(err)
	}
	c.Engine = engine
	return c
}

// TestReplay: of each commit of a line a replay says what a push of it would have been
// told, and all units together have, in the end, what the tip has.
func TestReplay(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := newRepo(t)
	churn(t, r, rand.New(rand.NewPCG(seed, 0)), 30)
	git := r.open(t)
	tip := hash(t, r.git(t, "rev-parse", "HEAD"))
	line, shallow, err := Line(t.Context(), git, tip)
	if err != nil || shallow {
		t.Fatal(shallow, err)
	}
	want := strings.Fields(r.git(t, "rev-list", "--first-parent", "--reverse", "HEAD"))
	var ids []string
	for _, c := range line {
		ids = append(ids, c.Hash.String())
	}
	if diff := cmp.Diff(want, ids); diff != "" {
		t.Fatalf("the line (-git +ours):\n%s", diff)
	}
	c, units, steps := remembering(t), map[string][]policy.Finding{}, 0
	err = c.Replay(t.Context(), git, line, func(s Step) error {
		if s.Hash != line[steps].Hash {
			t.Fatalf("step %d is %s, want %s", steps, s.Hash, line[steps].Hash)
		}
		steps++
		pushed := *checker(t, "")
		pushed.Now = s.CommitterTime
		var base repo.Hash
		if len(s.Parents) > 0 {
			base = s.Parents[0]
		}
		want, err := pushed.Range(t.Context(), git, base, s.Hash)
		if err != nil {
			return err
		}
		if diff := cmp.Diff(want.Findings, s.Result.Findings); diff != "" {
			t.Errorf("commit %s (-pushed +replayed):\n%s", s.Hash, diff)
		}
		maps.Copy(units, s.Units)
		return nil
	})
	if err != nil || steps != len(line) {
		t.Fatalf("%d of %d steps, %v", steps, len(line), err)
	}
	if diff := cmp.Diff(identities(atTip(t, c, git, line[len(line)-1])), identities(slices.Concat(slices.Collect(maps.Values(units))...))); diff != "" {
		t.Errorf("at the tip (-judged as a whole +replayed):\n%s", diff)
	}
}

// atTip is what all rules say of a tree as a whole.
func atTip(t *testing.T, c *Checker, git *repo.Repo, tip repo.Commit) []policy.Finding {
	t.Helper()
	own := *c
	own.Now = tip.CommitterTime
	r := own.startChange()
	s := snapshot{tip: r.view(git, tip.Hash), all: true, commit: tip.Hash.String(), since: r.since(git, tip.Hash, ""), followed: true}
	r.units = map[string][]policy.Finding{}
	if err := r.tip(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	return slices.Concat(slices.Collect(maps.Values(r.units))...)
}

// identities are findings without what depends on the commit they were seen in.
func identities(findings []policy.Finding) []string {
	all := []string{}
	for _, f := range findings {
		if rule := strings.SplitN(f.Rule, "/", 2)[0]; rule != "backfill" { // these tell ages
			all = append(all, f.Rule+" "+f.Path+" "+f.Field+" "+f.Message)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// TestLine: a line ends at what is excluded, wherever that hangs, and before the last
// commit of a shallow clone.
func TestLine(t *testing.T) {
	r := newRepo(t)
	one := r.commit(t, "a", "1")
	r.git(t, "checkout", "-q", "-b", "side")
	side := r.commit(t, "s", "1")
	r.git(t, "checkout", "-q", "main")
	two := r.commit(t, "a", "2")
	r.git(t, "merge", "-q", "-m", "m", "side")
	merge := r.git(t, "rev-parse", "HEAD")
	three := r.commit(t, "a", "3")
	for _, c := range []struct {
		exclude []string
		want    []string
	}{
		{nil, []string{one, two, merge, three}},
		{[]string{one}, []string{two, merge, three}},
		{[]string{side}, []string{two, merge, three}},
		{[]string{merge}, []string{three}},
		{[]string{three}, nil},
	} {
		line, shallow, err := Line(t.Context(), r.open(t), hash(t, three), hashes(t, c.exclude...)...)
		if err != nil || shallow {
			t.Fatal(shallow, err)
		}
		var got []string
		for _, c := range line {
			got = append(got, c.Hash.String())
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("without %v (-want +got):\n%s", c.exclude, diff)
		}
	}
	clone := newRepo(t)
	clone.git(t, "fetch", "-q", "--depth", "2", "file://"+r.dir, "main")
	line, shallow, err := Line(t.Context(), clone.open(t), hash(t, three))
	if err != nil || !shallow || len(line) != 1 || line[0].Hash.String() != three {
		t.Errorf("shallow clone: %v, %v, %v; want %s alone", line, shallow, err, three)
	}
}
