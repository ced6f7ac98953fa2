package impact

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lotus-lake/lotus-gate/policy"
)

var update = flag.Bool("update", false, "write the golden files")

// set has two rules: one of them is not ratcheted.
func set(t *testing.T) *policy.Set {
	t.Helper()
	files := fstest.MapFS{}
	for name, ratchet := range map[string]string{"new": "true", "overdue": "false"} {
		files[name+".rego"] = &fstest.MapFile{Data: []byte(`# METADATA
# title: Rule ` + name + `
# description: D
# custom:
#   severity: error
#   scope: document
#   when: tip
#   kinds: [manifest]
#   remediation: R
#   ratchet: ` + ratchet + `
package own.` + name + `

deny contains {"message": "m"} if input.encrypted
`)}
	}
	s, err := policy.LoadFiles(nil, []policy.Files{{FS: files}})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// day is a commit of a day of June.
func day(n int, author string) Commit {
	return Commit{
		ID: string(rune('a'+n)) + "123456789012345678901234567890123456789", Time: time.Date(2026, 6, n, 12, 0, 0, 0, time.UTC),
		Author: author, Subject: "Change \x1b[31m" + author,
	}
}

func finding(rule, path, message string) policy.Finding {
	return policy.Finding{Rule: "own/" + rule, Severity: policy.Error, Path: path, Message: message, Line: 2, Column: 3, Commit: "c0ffee"}
}

// replay is a line with a finding of every fate.
func replay(t *testing.T) *Replay {
	t.Helper()
	mended, stands, old := finding("new", "a/x.yaml", "is wrong"), finding("new", "a/y.yaml", "is wrong"), finding("new", "a/x.yaml", "is wrong")
	old.Existing = true
	warned := finding("new", "b/w.yaml", "is odd")
	warned.Severity = policy.Warning
	transient := finding("new", "c/gone.txt", "came and went")
	due := func(age string) policy.Finding { return finding("overdue", "d/flag.json", "on for "+age) }
	r := &Replay{FailOn: policy.Error, Set: set(t), Now: time.Date(2026, 6, 30, 12, 0, 0, 0, time.UTC)}
	for _, s := range []Step{
		{Commit: day(1, "Ada"), Findings: []policy.Finding{mended}, Units: map[string][]policy.Finding{"file a/x.yaml": {mended}}, Documents: 1},
		{Commit: day(2, "Bob"), Documents: 2},
		{Commit: day(3, "Bob"), Findings: []policy.Finding{old, stands}, Units: map[string][]policy.Finding{"file a/x.yaml": {old}, "file a/y.yaml": {stands}}},
		{Commit: day(4, "Ada"), Units: map[string][]policy.Finding{"file a/x.yaml": nil}},
		{Commit: day(5, "Ada"), Findings: []policy.Finding{warned}, Units: map[string][]policy.Finding{"file b/w.yaml": {warned}}},
		{Commit: day(6, "Eve"), Findings: []policy.Finding{transient}, Units: map[string][]policy.Finding{"file other": nil}},
		{Commit: day(7, "Ada"), Findings: []policy.Finding{due("1h")}, Units: map[string][]policy.Finding{"source d": {due("1h")}}},
		{Commit: day(8, "Bob"), Findings: []policy.Finding{due("25h")}, Units: map[string][]policy.Finding{"source d": {due("25h")}}},
		{Commit: day(9, "Ada"), Units: map[string][]policy.Finding{"source d": {}}, Undecided: []string{"d/z.yaml: no YAML"}},
		{Commit: day(10, "Ada"), Findings: []policy.Finding{mended}, Units: map[string][]policy.Finding{"file a/x.yaml": {mended}}},
	} {
		r.Add(s)
	}
	r.End()
	return r
}

// TestReplay follows findings: mended, mended by a removal, standing, refused again
// and again, told, gone within a push, and back.
func TestReplay(t *testing.T) {
	past := replay(t).Report(nil).History
	type fate struct {
		Rule, Brought, Mended string
		Commits, Days         int
		Refuses, Transient    bool
	}
	var got []fate
	for _, o := range past.Found {
		f := fate{Rule: o.Rule, Brought: o.Brought.ID[:1], Commits: o.Commits, Days: o.Days, Refuses: o.Refuses, Transient: o.Transient}
		if o.Mended != nil {
			f.Mended = o.Mended.ID[:1]
		}
		got = append(got, f)
	}
	want := []fate{
		{"own/new", "b", "e", 3, 3, true, false},
		{"own/new", "d", "", 8, 27, true, false},
		{"own/new", "f", "", 6, 25, false, false},
		{"own/new", "g", "", 0, 0, true, true},
		{"own/overdue", "h", "j", 2, 2, true, false},
		{"own/new", "k", "", 1, 20, true, false},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	var refused string
	for _, c := range past.Refused {
		refused += c.ID[:1]
	}
	if refused != "bdghik" {
		t.Errorf("refused %s, want bdghik", refused)
	}
	wantPaths := []Path{
		{"a", 3, counts{{"Ada", 2}, {"Bob", 1}}}, {"d", 2, counts{{"Ada", 1}, {"Bob", 1}}}, {"c", 1, counts{{"Eve", 1}}},
	}
	if diff := cmp.Diff(wantPaths, past.Paths); diff != "" {
		t.Errorf("paths (-want +got):\n%s", diff)
	}
}

// TestLines: what stands at the end of one line is not taken for mended in another.
func TestLines(t *testing.T) {
	r := replay(t)
	r.Add(Step{Commit: day(12, "Ada"), Units: map[string][]policy.Finding{"file a/y.yaml": nil, "file a/x.yaml": nil}})
	r.End()
	for _, o := range r.Report(nil).History.Found {
		if o.Mended != nil && o.Mended.ID == day(12, "Ada").ID {
			t.Errorf("%s of %s is mended by a commit of another line", o.Path, o.Brought.ID)
		}
	}
}

// cluster has objects of every fate.
func cluster() Report {
	wrong := policy.Finding{Rule: "own/new", Severity: policy.Error, Field: "spec.force", Message: "is wrong"}
	before := wrong
	before.Existing = true
	odd := policy.Finding{Rule: "own/new", Severity: policy.Warning, Path: "orders.json", Field: "stream", Message: "is odd"}
	locked := policy.Finding{Rule: "own/overdue", Severity: policy.Error, Message: "is overdue\n"}
	var c Cluster
	c.Add(Object{Resource: "apps/v1/deployments", Namespace: "lake", Name: "clean"}, nil)
	c.Add(Object{Resource: "core/v1/configmaps", Namespace: "lake", Name: "streams", Create: []policy.Finding{odd}, Update: []policy.Finding{odd}}, nil)
	c.Add(Object{Resource: "apps/v1/deployments", Namespace: "lake", Name: "wrong", Create: []policy.Finding{wrong}, Update: []policy.Finding{before}}, nil)
	c.Add(Object{Resource: "apps/v1/deployments", Namespace: "lake", Name: "a", Create: []policy.Finding{wrong, locked}, Update: []policy.Finding{before, locked}}, nil)
	c.Add(Object{Resource: "a.example/v1/things", Name: "global", Update: []policy.Finding{locked}}, []string{"a.example/v1/things global: CREATE: too deep"})
	return c.Report([]policy.Rule{
		{ID: "own/overdue", Title: "Rule overdue", Severity: policy.Error},
		{ID: "own/new", Title: "Rule new", Severity: policy.Error},
		{ID: "own/silent", Title: "Rule silent", Severity: policy.Warning},
	})
}

func TestGolden(t *testing.T) {
	history := replay(t).Report([]policy.Rule{
		{ID: "own/overdue", Title: "Rule overdue", Severity: policy.Error},
		{ID: "own/new", Title: "Rule \u202enew", Severity: policy.Error},
		{ID: "own/silent", Title: "Rule silent", Severity: policy.Warning},
	})
	history.Notes = []string{"the clone is shallow"}
	history.Took(1234 * time.Millisecond)
	for name, r := range map[string]Report{"history": history, "cluster": cluster()} {
		for format, write := range map[string]func(*bytes.Buffer) error{
			"text": func(b *bytes.Buffer) error { return WriteText(b, r) }, "json": func(b *bytes.Buffer) error { return WriteJSON(b, r) },
		} {
			var got bytes.Buffer
			if err := write(&got); err != nil {
				t.Fatal(err)
			}
			file := filepath.Join("testdata", name+"."+format)
			if *update {
				if err := os.WriteFile(file, got.Bytes(), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got.String()); diff != "" {
				t.Errorf("%s (-want +got; -update writes it):\n%s", file, diff)
			}
		}
	}
}
