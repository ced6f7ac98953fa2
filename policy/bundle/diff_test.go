package bundle

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lotus-lake/lotus-gate/policy"
	"github.com/lotus-lake/lotus-gate/policy/rules"
)

// contentOf loads policies for a comparison.
func contentOf(t *testing.T, files map[string]string) *Content {
	t.Helper()
	b, err := Open(build(t, files), Trust{Unsigned: true})
	if err != nil {
		t.Fatal(err)
	}
	set, err := policy.LoadFiles(rules.FS, []policy.Files{b.Files("bundle")})
	if err != nil {
		t.Fatal(err)
	}
	content, err := NewContent(set, b.Revision)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// TestDiff changes one thing at a time.
func TestDiff(t *testing.T) {
	const admission = `#   admission:
#     resources: [core/v1/configmaps]
#     operations: [CREATE]
`
	base := ruleText("house.tried", "#   mentions: [Secret]\n#   parameters:\n#     most: {description: P, default: 3}\n"+admission, body)
	for name, tc := range map[string]struct {
		old, new string
		want     Direction
		changes  []string // what: direction
	}{
		"the same":             {base, base + "\n\n# A comment.\n", "", nil},
		"words":                {base, strings.Replace(base, "title: Tried", "title: Other", 1), Reworded, []string{"title: reworded"}},
		"severity down":        {base, strings.Replace(base, "severity: error", "severity: warning", 1), Loosened, []string{"severity: loosened"}},
		"severity up":          {strings.Replace(base, "severity: error", "severity: info", 1), base, Tightened, []string{"severity: tightened"}},
		"all of history":       {base, strings.Replace(base, "when: tip", "when: history", 1), Tightened, []string{"when: tightened"}},
		"the tip only":         {strings.Replace(base, "when: tip", "when: history", 1), base, Loosened, []string{"when: loosened"}},
		"no ratchet":           {base, strings.Replace(base, "#   mentions", "#   ratchet: false\n#   mentions", 1), Tightened, []string{"ratchet: tightened"}},
		"a ratchet":            {strings.Replace(base, "#   mentions", "#   ratchet: false\n#   mentions", 1), base, Loosened, []string{"ratchet: loosened"}},
		"more files":           {base, strings.Replace(base, "#   mentions: [Secret]\n", "", 1), Tightened, []string{"mentions: tightened"}},
		"fewer files":          {strings.Replace(base, "#   mentions: [Secret]\n", "", 1), base, Loosened, []string{"mentions: loosened"}},
		"a default":            {base, strings.Replace(base, "default: 3", "default: 4", 1), Changed, []string{"parameters.most: changed"}},
		"one parameter less":   {base, strings.Replace(base, "#   parameters:\n#     most: {description: P, default: 3}\n", "", 1), Changed, []string{"parameters.most: changed"}},
		"code":                 {base, strings.Replace(base, "not ours\"}", "still not ours\"}", 1), Changed, []string{"code of house.tried: changed"}},
		"not in the cluster":   {base, strings.Replace(base, admission, "", 1), Loosened, []string{"admission: loosened"}},
		"in the cluster":       {strings.Replace(base, admission, "", 1), base, Tightened, []string{"admission: tightened"}},
		"more operations":      {base, strings.Replace(base, "[CREATE]", "[CREATE, UPDATE]", 1), Tightened, []string{"admission.operations: tightened"}},
		"other operations":     {base, strings.Replace(base, "[CREATE]", "[UPDATE]", 1), Changed, []string{"admission.operations: changed"}},
		"a condition":          {base, strings.Replace(base, "[CREATE]", "[CREATE]\n#     condition: object.metadata.name == 'x'", 1), Loosened, []string{"admission.condition: loosened"}},
		"fail when nobody is":  {base, strings.Replace(base, "[CREATE]", "[CREATE]\n#     failure: fail", 1), Tightened, []string{"admission.failure: tightened"}},
		"both ways":            {base, strings.Replace(strings.Replace(base, "severity: error", "severity: info", 1), "when: tip", "when: history", 1), Changed, []string{"severity: loosened", "when: tightened"}},
		"tighter and reworded": {base, strings.Replace(strings.Replace(base, "title: Tried", "title: Other", 1), "when: tip", "when: history", 1), Tightened, []string{"title: reworded", "when: tightened"}},
		"only told":            {base, strings.Replace(base, "#   mentions", "#   action: warn\n#   mentions", 1), Loosened, []string{"action: loosened"}},
		"refused again":        {strings.Replace(base, "#   mentions", "#   action: dry-run\n#   mentions", 1), base, Tightened, []string{"action: tightened"}},
		"as by severity":       {base, strings.Replace(base, "#   mentions", "#   action: deny\n#   mentions", 1), Reworded, []string{"action: reworded"}},
		"refused later":        {base, strings.Replace(base, "#   mentions", "#   action: [{stage: warn}, {stage: deny, from: 2027-01-01}]\n#   mentions", 1), Changed, []string{"action: changed"}},
		"another kind besides": {base, strings.Replace(base, "[manifest]", "[manifest, stream]", 1), Tightened, []string{"kinds: tightened"}},
	} {
		t.Run(name, func(t *testing.T) {
			with := func(text string) map[string]string {
				files := policies()
				files["house/tried/tried.rego"] = text
				if strings.Contains(text, "still not ours") {
					files["house/tried/tried_test.rego"] = strings.ReplaceAll(files["house/tried/tried_test.rego"], "not ours", "still not ours")
				}
				if strings.Contains(text, "[manifest, stream]") {
					files["house/tried/tried.rego"] = strings.Replace(text, "# schemas:\n#   - input: schema.manifest\n", "", 1)
				}
				return files
			}
			d := Diff(contentOf(t, with(tc.old)), contentOf(t, with(tc.new)))
			if tc.want == "" {
				if len(d.Rules)+len(d.Data) != 0 {
					t.Errorf("%+v", d)
				}
				return
			}
			if len(d.Rules) != 1 {
				t.Fatalf("%+v", d)
			}
			var got []string
			for _, c := range d.Rules[0].Changes {
				got = append(got, c.What+": "+string(c.Direction))
			}
			if diff := cmp.Diff(tc.changes, got); diff != "" || d.Rules[0].Direction != tc.want || !d.Has(tc.want) {
				t.Errorf("%s, want %s (-want +got):\n%s", d.Rules[0].Direction, tc.want, diff)
			}
		})
	}
}

// TestDiffSets: rules that come and go, helpers and data.
func TestDiffSets(t *testing.T) {
	old, next := policies(), policies()
	old["house/gone/gone.rego"] = ruleText("house.gone", "", `deny contains {"message": "x"}`)
	next["house/new/new.rego"] = ruleText("house.new", "", `deny contains {"message": "x"}`)
	next["lib/house/house.rego"] += "\nmore := 1\n"
	next["data.json"] = `{"house_owners": ["ada", "eve"]}`
	was, is := contentOf(t, old), contentOf(t, next)
	was.Revision, is.Revision = "r1", "r2"
	d := Diff(was, is)
	for i, c := range d.Rules[2].Changes { // digests are those of OPA's printer
		d.Rules[2].Changes[i].Old, d.Rules[2].Changes[i].New = c.Old != nil, c.New != nil
	}
	text, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"old":"r1","new":"r2","rules":[` +
		`{"rule":"house/gone","direction":"removed","severity":"error","title":"Tried"},` +
		`{"rule":"house/new","direction":"added","severity":"error","title":"Tried"},` +
		`{"rule":"house/tried","direction":"changed","severity":"error","title":"Tried","changes":[{"what":"code of lib.house","direction":"changed","old":true,"new":true}]}],` +
		`"data":[{"what":"data.house_owners","direction":"changed","old":["ada"],"new":["ada","eve"]}]}`
	if diff := cmp.Diff(want, string(text)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if d.Has(Loosened) || !d.Has(Removed) || !d.Has(Changed) {
		t.Error("Has")
	}
}
