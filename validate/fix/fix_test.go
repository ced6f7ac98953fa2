package fix

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lotus-lake/lotus-gate/policy"
	"github.com/lotus-lake/lotus-gate/validate/config"
	"github.com/lotus-lake/lotus-gate/validate/lake"
)

const (
	orders  = "orchestration/dag/streams/shopify/orders.json"
	catalog = "orchestration/dag/streams/shopify/_catalog.json"
)

func ground(files map[string]string, links map[string]string, documents ...policy.Document) Ground {
	data := map[string][]byte{}
	for path, text := range files {
		data[path] = []byte(text)
	}
	return Ground{
		View: lake.NewView(lake.Memory(data, links), lake.Settings{Layout: config.Default().Layout}),
		Rules: func(id string) (policy.Rule, bool) {
			return policy.Rule{ID: id, Fix: policy.Fix(strings.TrimPrefix(id, "fix/"))}, true
		},
		Documents: documents, OwnConfig: true,
		Tracked: func(path string) bool { return path != "untracked.tfstate" },
		Known: func(path string) string {
			if path == "known.tfstate" {
				return "0123456789ab"
			}
			return ""
		},
	}
}

func material(path string, via ...any) policy.Document {
	return policy.Document{Kind: "material", Path: path, Input: map[string]any{"found": []any{map[string]any{"form": "state v4", "via": via}}}}
}

// TestMake: each remedy changes what it must and no other byte, and says why it
// leaves something alone.
func TestMake(t *testing.T) {
	type left struct{ Path, Why string }
	for name, c := range map[string]struct {
		files, links map[string]string
		documents    []policy.Document
		findings     []policy.Finding
		edits        []Edit
		untrack      []string
		left         []left
	}{
		"a flag": {
			files:    map[string]string{orders: "{\"stream\":\t\"orders\",\r\n  \"backfill\" :true , \"selected\": true}"},
			findings: []policy.Finding{{Rule: "fix/backfill", Path: orders, Line: 2}},
			edits: []Edit{{
				orders, []byte("{\"stream\":\t\"orders\",\r\n  \"backfill\" :true , \"selected\": true}"),
				[]byte("{\"stream\":\t\"orders\",\r\n  \"backfill\" :false , \"selected\": true}"),
			}},
		},
		"of two flags the last counts": {
			files:    map[string]string{orders: `{"backfill": false, "x": "✓", "backfill": true}`},
			findings: []policy.Finding{{Rule: "fix/backfill", Path: orders}},
			edits:    []Edit{{orders, []byte(`{"backfill": false, "x": "✓", "backfill": true}`), []byte(`{"backfill": false, "x": "✓", "backfill": false}`)}},
		},
		"a flag found twice": {
			files:    map[string]string{orders: `{"backfill": true}`},
			findings: []policy.Finding{{Rule: "fix/backfill", Path: orders}, {Rule: "fix/backfill", Path: orders, Message: "and another"}},
			edits:    []Edit{{orders, []byte(`{"backfill": true}`), []byte(`{"backfill": false}`)}},
			left:     []left{{orders, "the file has no backfill flag that is on"}},
		},
		"no flag":          {files: map[string]string{orders: `{"backfill": "true"}`}, findings: []policy.Finding{{Rule: "fix/backfill", Path: orders}}, left: []left{{orders, "the file has no backfill flag that is on"}}},
		"no JSON":          {files: map[string]string{orders: `{"backfill": true`}, findings: []policy.Finding{{Rule: "fix/backfill", Path: orders}}, left: []left{{orders, "the file has no backfill flag that is on"}}},
		"an orphan":        {files: map[string]string{catalog: "{}"}, findings: []policy.Finding{{Rule: "fix/catalog", Path: catalog}}, edits: []Edit{{catalog, []byte("{}"), nil}}},
		"none of a source": {files: map[string]string{"x.json": "{}"}, findings: []policy.Finding{{Rule: "fix/catalog", Path: "x.json"}}, left: []left{{"x.json", "it belongs to no source"}}},
		"an orphan that is read": {
			files:     map[string]string{catalog: "{}"},
			documents: []policy.Document{{Kind: "source", Path: "orchestration/dag/streams/shopify", Input: map[string]any{"readers": []any{"airbyte_connection.x"}}}},
			findings:  []policy.Finding{{Rule: "fix/catalog", Path: catalog}},
			left:      []left{{catalog, "Terraform still reads the catalog: delete the connection with it"}},
		},
		"state by its name": {
			files:    map[string]string{"a/b.tfstate": "{}", ".gitignore": "x"},
			findings: []policy.Finding{{Rule: "fix/untrack", Path: "a/b.tfstate"}},
			edits:    []Edit{{".gitignore", []byte("x"), []byte("x\n*.tfstate\n")}}, untrack: []string{"a/b.tfstate"},
		},
		"two of one pattern, and one that is ignored": {
			files:    map[string]string{"a.tfvars": "", "b.tfvars": "", ".terraform/x": "", ".gitignore": ".terraform/\r\n"},
			findings: []policy.Finding{{Rule: "fix/untrack", Path: ".terraform/x"}, {Rule: "fix/untrack", Path: "a.tfvars"}, {Rule: "fix/untrack", Path: "b.tfvars"}},
			edits:    []Edit{{".gitignore", []byte(".terraform/\r\n"), []byte(".terraform/\r\n*.tfvars\n")}}, untrack: []string{".terraform/x", "a.tfvars", "b.tfvars"},
		},
		"state in no index": {
			files:    map[string]string{"untracked.tfstate": ""},
			findings: []policy.Finding{{Rule: "fix/untrack", Path: "untracked.tfstate"}}, edits: []Edit{{".gitignore", nil, []byte("*.tfstate\n")}},
		},
		"state that commits have": {
			files:    map[string]string{"known.tfstate": ""},
			findings: []policy.Finding{{Rule: "fix/untrack", Path: "known.tfstate"}}, edits: []Edit{{".gitignore", nil, []byte("*.tfstate\n")}}, untrack: []string{"known.tfstate"},
			left: []left{{"known.tfstate", "it is in commit 0123456789ab already: take it out of that too, see `gate explain fix/untrack`"}},
		},
		"state under another name": {
			files: map[string]string{"odd [name]*? .json": "{}"}, documents: []policy.Document{material("odd [name]*? .json")},
			findings: []policy.Finding{{Rule: "fix/untrack", Path: "odd [name]*? .json"}},
			edits:    []Edit{{".gitignore", nil, []byte(`/odd \[name]\*\? .json` + "\n")}}, untrack: []string{"odd [name]*? .json"},
		},
		"a name in capitals that ends with a blank": {
			files:    map[string]string{"PROD.TFSTATE": "", "x.tfstate.d/terraform.tfstate ": ""},
			findings: []policy.Finding{{Rule: "fix/untrack", Path: "PROD.TFSTATE"}}, edits: []Edit{{".gitignore", nil, []byte("/PROD.TFSTATE\n")}}, untrack: []string{"PROD.TFSTATE"},
		},
		"a link, and an archive": {
			files: map[string]string{"b.zip": "PK\x03\x04\x00"}, links: map[string]string{"current ": "../x.tfstate"}, documents: []policy.Document{material("b.zip", "zip:x")},
			findings: []policy.Finding{{Rule: "fix/untrack", Path: "b.zip"}, {Rule: "fix/untrack", Path: "current "}},
			edits:    []Edit{{".gitignore", nil, []byte("/b.zip\n/current\\ \n")}}, untrack: []string{"b.zip", "current "},
		},
		"state among other things": {
			files: map[string]string{"restore.sh": "#!/bin/sh\n"}, documents: []policy.Document{material("restore.sh", "embedded")},
			findings: []policy.Finding{{Rule: "fix/untrack", Path: "restore.sh"}},
			left:     []left{{"restore.sh", "the file may hold other things too: take it out by hand"}},
		},
		"a decision": {
			files: map[string]string{"x": ""}, findings: []policy.Finding{{Rule: "fix/", Path: "x"}}, left: []left{{"x", "it takes a decision, see `gate explain fix/`"}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			plan, err := Make(c.findings, ground(c.files, c.links, c.documents...))
			if err != nil {
				t.Fatal(err)
			}
			var told []left
			for _, l := range plan.Left {
				told = append(told, left{l.Path, l.Why})
			}
			if diff := cmp.Diff(c.edits, plan.Edits); diff != "" {
				t.Errorf("edits (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(c.untrack, plan.Untrack); diff != "" {
				t.Errorf("untracked (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(c.left, told); diff != "" {
				t.Errorf("left (-want +got):\n%s", diff)
			}
			if len(plan.Fixed)+len(plan.Left) != len(c.findings) {
				t.Errorf("%d mended and %d left of %d findings", len(plan.Fixed), len(plan.Left), len(c.findings))
			}
		})
	}
}

const waiver = `rule: secrets/legacy_name
    path: "%"
    reason: r
    owner: o
    expires: 2026-06-30
`

// TestUnwaive removes one waiver and leaves the rest of the configuration as it was
// written, or leaves all of it.
func TestUnwaive(t *testing.T) {
	item := func(path string) string { return "  - " + strings.Replace(waiver, "%", path, 1) }
	for name, c := range map[string]struct {
		text  string
		line  int
		want  string
		leave string // why nothing is removed
	}{
		"the only one":  {"version: 1\nwaivers:\n" + item("a"), 3, "version: 1\n", ""},
		"the first":     {"waivers:\n" + item("a") + item("b"), 2, "waivers:\n" + item("b"), ""},
		"the last":      {"waivers:\n" + item("a") + item("b"), 7, "waivers:\n" + item("a"), ""},
		"comments":      {"waivers:\n  # of a\n" + item("a") + "\n  # of b\n" + item("b") + "\n# of limits\nlimits: {blob: 1000}\n", 3, "waivers:\n\n  # of b\n" + item("b") + "\n# of limits\nlimits: {blob: 1000}\n", ""},
		"the last, too": {"waivers:\n  # of a\n" + item("a") + "\n  # of b\n" + item("b") + "\n# of limits\nlimits: {blob: 1000}\n", 10, "waivers:\n  # of a\n" + item("a") + "\n\n# of limits\nlimits: {blob: 1000}\n", ""},
		"no line end":   {"waivers:\n" + item("a") + strings.TrimSuffix(item("b"), "\n"), 7, "waivers:\n" + item("a"), ""},
		"two of a kind": {"waivers:\n" + item("a") + item("a"), 7, "waivers:\n" + item("a"), ""},
		"block text":    {"waivers:\n" + strings.Replace(item("a"), "reason: r", "reason: |\n      r\n      # no comment", 1) + item("b"), 2, "waivers:\n" + item("b"), ""},
		"flow":          {"waivers: [{rule: a/b, path: a, reason: r, owner: o, expires: 2026-06-30}]\n", 1, "", "remove it by hand"},
		"flow item":     {"waivers:\n  - {rule: a/b, path: a, reason: r, owner: o, expires: 2026-06-30}\n" + item("b"), 2, "waivers:\n" + item("b"), ""},
		"a dash alone":  {"waivers:\n  -\n    " + strings.Replace(waiver, "%", "a", 1), 3, "", "remove it by hand"},
		"an anchor":     {"waivers:\n  - &a\n    " + strings.Replace(waiver, "%", "a", 1) + "  - *a\n", 2, "", "remove it by hand"},
		"another line":  {"waivers:\n" + item("a"), 9, "", "there is no such waiver any more"},
	} {
		t.Run(name, func(t *testing.T) {
			plan, err := Make([]policy.Finding{{Rule: "fix/waiver", Path: config.File, Line: c.line}}, ground(map[string]string{config.File: c.text}, nil))
			if err != nil {
				t.Fatal(err)
			}
			switch {
			case c.leave != "":
				if len(plan.Edits) > 0 || len(plan.Left) != 1 || plan.Left[0].Why != c.leave {
					t.Errorf("edits %s, left %+v", plan.Edits, plan.Left)
				}
			case len(plan.Edits) != 1:
				t.Fatalf("edits %s, left %+v", plan.Edits, plan.Left)
			default:
				if diff := cmp.Diff(c.want, string(plan.Edits[0].After)); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
			}
		})
	}
}

// TestSeveralWaivers: removing some moves no line of the others.
func TestSeveralWaivers(t *testing.T) {
	text := "waivers:\n"
	for _, path := range []string{"a", "b", "c"} {
		text += "  - " + strings.Replace(waiver, "%", path, 1)
	}
	findings := []policy.Finding{{Rule: "fix/waiver", Path: config.File, Line: 2}, {Rule: "fix/waiver", Path: config.File, Line: 12}}
	plan, err := Make(findings, ground(map[string]string{config.File: text}, nil))
	if err != nil || len(plan.Edits) != 1 {
		t.Fatal(plan, err)
	}
	if want := "waivers:\n  - " + strings.Replace(waiver, "%", "b", 1); string(plan.Edits[0].After) != want {
		t.Errorf("%s", plan.Edits[0].After)
	}
}
