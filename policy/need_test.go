package policy_test

import (
	"encoding/json"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lotus-lake/lotus-gate/policy"
	"github.com/lotus-lake/lotus-gate/policy/rules"
)

// TestNeeds: a rule is compiled when a document comes that holds what its bodies need.
func TestNeeds(t *testing.T) {
	full := map[string]any{
		"kind": "Deployment", "on": true, "off": false, "none": nil, "empty": []any{}, "number": 3, "texts": []string{"x"},
		"list": []any{map[string]any{"type": "a", "tags": map[string]any{"x": "y"}}, map[string]any{"type": "b"}},
	}
	for body, concerned := range map[string]bool{
		`input.object.kind == "Deployment"`:                               true,
		`input.object.kind == "Job"`:                                      false,
		`"Job" == input.object.kind`:                                      false,
		`input.object.kind = "Job"`:                                       false,
		`input.object.kind in {"Job", "CronJob"}`:                         false,
		`input.object.kind in ["Job", "Deployment"]`:                      true,
		`input.object.kind in {"Job", input.object.none}`:                 true,
		`input.object.kind != "Deployment"`:                               true,
		`not input.object.kind == "Job"`:                                  true,
		`input.object.kind == "Job" with input as {"object": {}}`:         true,
		`input.object.knd`:                                                false,
		`input.object.on`:                                                 true,
		`input.object.off`:                                                false,
		`input.object.off == false`:                                       true,
		`input.object.none == null`:                                       true,
		`input.object.number == 3`:                                        true,
		`input.object.number == "3"`:                                      true, // numbers are not looked into
		`input.object["kind"] == "Job"`:                                   false,
		`input.kind == "manifest"`:                                        true,
		`input.kind == "request"`:                                         false,
		`input.path == "deploy/a.yaml"`:                                   true,
		`input.path == "deploy/b.yaml"`:                                   false,
		`input.commit == "c0ffee"`:                                        true,
		`some x in input.object.list`:                                     true,
		`some x in input.object.empty`:                                    false,
		`some x in input.object.kind`:                                     false,
		`some x in input.object.texts; x == "z"`:                          true, // no type that documents are made of
		`some x in input.object.list; x.type == "b"`:                      true,
		`some x in input.object.list; x.type == "c"`:                      false,
		`some _, x in input.object.list; x.type == "c"`:                   false,
		`some i; input.object.list[i].type == "c"`:                        false,
		`input.object.list[_].type == "c"`:                                false,
		`input.object.list[0].type == "b"`:                                true, // any element counts
		`input.object.list[input.object.number].type == "c"`:              false,
		`x := input.object.list[_]; x.tags.x == "z"`:                      false,
		`x := input.object; some y in x.list; some z in y.tags; z == "z"`: false,
		`x := input.object; some y in x.list; some z in y.tags; z == "y"`: true,
		`"c" in input.object.list`:                                        false,
		`some k, "y" in input.object.list[0].tags`:                        true,
		`some k, "z" in input.object.list[0].tags`:                        false,
		`some {"type": t} in input.object.list; t == "c"`:                 true, // patterns are not looked into
		`count(input.object.empty) > 0`:                                   true,
		`every x in input.object.empty { x == 1 }`:                        true,
		`xs := [x | some x in input.object.empty]; count(xs) == 1`:        true,
		`helper`: true,
		`input.object.kind == "Job"} deny contains {"message": "m"} if {on`:                             true,
		`input.object.kind == "Job"} deny contains {"message": "m"} if {input.object.kind == "CronJob"`: false,
		`input.object.kind == "Job"; input.object.on`:                                                   false,
		`some input_ in input.object.list; input_.type == "c"`:                                          false,
	} {
		t.Run(body, func(t *testing.T) {
			e := engine(t, "deny contains {\"message\": \"m\"} if {"+body+"}\n\nhelper if input.object.kind == \"Job\"\n\non if input.object.on\n", policy.Config{})
			got, err := e.Judge(t.Context(), manifest(full), policy.Tip)
			if err != nil {
				t.Fatal(err)
			}
			if n, _ := e.Compiled("manifest", policy.Tip); (n == 1) != concerned {
				t.Errorf("%d rules are compiled, concerned is %t", n, concerned)
			}
			e.ForgetNeeds()
			want, err := e.Judge(t.Context(), manifest(full), policy.Tip)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("verdict (-of all rules +of those concerned):\n%s", diff)
			}
		})
	}
}

// TestCompiledOnce: documents that concern different rules have each rule compiled
// once, together with the others that come up at the same time.
func TestCompiledOnce(t *testing.T) {
	files := map[string]string{}
	for _, kind := range []string{"A", "B", "C"} {
		files[kind+".rego"] = metadata + "package own.on_" + kind + "\n\ndeny contains {\"message\": \"" + kind + "\"} if input.object[\"" + kind + "\"]\n"
	}
	e, err := policy.NewEngine(load(t, files), policy.Config{})
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		object       map[string]any
		rules, parts int
		want         []string
	}{
		{map[string]any{}, 0, 0, nil},
		{map[string]any{"A": true, "B": true}, 2, 1, []string{"A", "B"}},
		{map[string]any{"B": true}, 2, 1, []string{"B"}},
		{map[string]any{"B": true, "C": true}, 3, 2, []string{"B", "C"}},
		{map[string]any{"A": true, "B": true, "C": true}, 3, 2, []string{"A", "B", "C"}},
	} {
		findings, err := e.Judge(t.Context(), manifest(step.object), policy.Tip)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, f := range policy.Sort(findings) {
			got = append(got, f.Message)
		}
		if diff := cmp.Diff(step.want, got); diff != "" {
			t.Errorf("%v (-want +got):\n%s", step.object, diff)
		}
		if rules, parts := e.Compiled("manifest", policy.Tip); rules != step.rules || parts != step.parts {
			t.Errorf("%v: %d rules in %d parts, want %d in %d", step.object, rules, parts, step.rules, step.parts)
		}
	}
}

// TestNeedsChangeNoVerdict: on documents with anything in any place, the shipped
// rules say the same whether they are chosen by their needs or all asked.
func TestNeedsChangeNoVerdict(t *testing.T) {
	set, err := policy.Load(rules.FS, nil)
	if err != nil {
		t.Fatal(err)
	}
	chosen, err := policy.NewEngine(set, policy.Config{})
	if err != nil {
		t.Fatal(err)
	}
	all, err := policy.NewEngine(set, policy.Config{})
	if err != nil {
		t.Fatal(err)
	}
	all.ForgetNeeds()
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	findings := 0
	for _, kind := range policy.Kinds() {
		for n := range 40 {
			for _, input := range instances(t, kind) {
				for range n % 4 {
					key := slices.Sorted(maps.Keys(input))[random.IntN(len(input))]
					input[key] = spoilt(random, input[key])
				}
				doc := policy.Document{Kind: kind, Path: "a/b", Input: input}
				for _, when := range []policy.When{policy.Tip, policy.History} {
					want, wrong := all.Judge(t.Context(), doc, when)
					got, err := chosen.Judge(t.Context(), doc, when)
					findings += len(got)
					// A built-in function may fail in a rule that has nothing to say.
					if err != nil && wrong == nil || wrong == nil && !cmp.Equal(policy.Sort(want), policy.Sort(got)) {
						text, _ := json.Marshal(input)
						t.Fatalf("%s %s\nall rules: %v, %v\n   chosen: %v, %v", kind, text, want, wrong, got, err)
					}
				}
			}
		}
	}
	if findings == 0 {
		t.Error("no rule ever found anything")
	}
}

// instances are documents of a kind that hold something in every field.
func instances(t *testing.T, kind string) []map[string]any {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "validate", "schema", "testdata", "input", kind+".json"))
	if err != nil {
		t.Fatal(err)
	}
	var all []map[string]any
	if err := json.Unmarshal(text, &all); err != nil {
		t.Fatal(err)
	}
	for _, input := range all {
		for _, key := range []string{"kind", "path", "commit"} {
			delete(input, key)
		}
	}
	return all
}

// spoilt changes one place of a value, or more.
func spoilt(random *rand.Rand, value any) any {
	if random.IntN(12) == 0 {
		return []any{nil, true, false, "id", "", []any{}, []any{nil}, map[string]any{}, json.Number("7")}[random.IntN(9)]
	}
	switch v := value.(type) {
	case map[string]any:
		if keys := slices.Sorted(maps.Keys(v)); len(keys) > 0 {
			key := keys[random.IntN(len(keys))]
			v[key] = spoilt(random, v[key])
			if random.IntN(6) == 0 {
				delete(v, key)
			}
		}
	case []any:
		if len(v) > 0 {
			i := random.IntN(len(v))
			v[i] = spoilt(random, v[i])
		}
	}
	return value
}
