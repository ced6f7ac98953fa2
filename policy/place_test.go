package policy_test

import (
	"fmt"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lotus-lake/lotus-gate/policy"
)

// placing is a rule that says what its parameters are: whole, and by what they hold.
const placing = `# METADATA
# title: T
# description: D
# custom:
#   severity: error
#   scope: document
#   when: tip
#   kinds: [manifest]
#   remediation: R
#   parameters:
#     list: {description: P, default: [a, b, c]}
#     map: {description: P, default: {x: 1}}
#     other: {description: P, default: kept}
package a.placed

own := data.parameters["a/placed"]

deny contains {"message": sprintf("%v", [own])}

deny contains {"message": "third"} if own.list[2]

deny contains {"message": "x"} if own.map.x

deny contains {"message": sprintf("all: %v", [[id | some id; data.parameters[id]]])}

deny contains {"message": data.layout.streams}
`

// TestPlaces: at a place with parameters of its own a rule finds these and nothing
// of those that they stand for; everywhere else, and of other rules, it finds the usual.
func TestPlaces(t *testing.T) {
	set := load(t, map[string]string{"x.rego": placing, "y.rego": metadata + "package a.other\n" + body})
	config := policy.Config{
		Match: globs, Layout: map[string]any{"streams": "s"},
		Rules: map[string]policy.RuleConfig{"a/placed": {
			Parameters: map[string]any{"list": []any{"r", "s", "t"}},
			Places: []policy.PlaceConfig{
				{Names: []string{"one/*"}, Parameters: map[string]any{"list": []any{"1"}, "map": map[string]any{"y": 2}}},
				{Names: []string{"*/two"}, Parameters: map[string]any{"map": map[string]any{"x": 3}}},
			},
		}},
	}
	e, err := policy.NewEngine(set, config)
	if err != nil {
		t.Fatal(err)
	}
	const shared = "all: [\"a/other\", \"a/placed\"]"
	want := map[string][]string{
		"one/a":   {shared, "s", `{"list": ["1"], "map": {"y": 2}, "other": "kept"}`},
		"one/two": {shared, "s", `{"list": ["1"], "map": {"y": 2}, "other": "kept"}`},
		"a/two":   {shared, "s", "third", "x", `{"list": ["r", "s", "t"], "map": {"x": 3}, "other": "kept"}`},
		"a/b":     {shared, "s", "third", "x", `{"list": ["r", "s", "t"], "map": {"x": 1}, "other": "kept"}`},
	}
	var group sync.WaitGroup
	for range 8 {
		for place, want := range want {
			group.Go(func() {
				doc := manifest(nil)
				doc.Path = place
				found, err := e.Judge(t.Context(), doc, policy.Tip)
				if err != nil {
					t.Error(err)
					return
				}
				var got []string
				for _, f := range policy.Sort(found) {
					got = append(got, f.Message)
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("%s (-want +got):\n%s", place, diff)
				}
			})
		}
	}
	group.Wait()
	if diff := cmp.Diff([]string{"1", "r", "s", "t"}, e.Strings("manifest", "list")); diff != "" {
		t.Errorf("Strings (-want +got):\n%s", diff)
	}
}

// TestManyPlaces: more places than are kept are judged all the same.
func TestManyPlaces(t *testing.T) {
	rules := policy.RuleConfig{}
	for i := range 600 {
		rules.Places = append(rules.Places, policy.PlaceConfig{
			Names: []string{fmt.Sprint("p", i)}, Parameters: map[string]any{"other": fmt.Sprint("v", i)},
		})
	}
	set := load(t, map[string]string{"x.rego": placing})
	e, err := policy.NewEngine(set, policy.Config{Match: globs, Rules: map[string]policy.RuleConfig{"a/placed": rules}})
	if err != nil {
		t.Fatal(err)
	}
	for i := range 600 {
		doc := manifest(nil)
		doc.Path = fmt.Sprint("p", i)
		found, err := e.Judge(t.Context(), doc, policy.Tip)
		want := fmt.Sprintf(`{"list": ["a", "b", "c"], "map": {"x": 1}, "other": "v%d"}`, i)
		if err != nil || len(found) == 0 || policy.Sort(found)[len(found)-1].Message != want {
			t.Fatalf("%v, %v, want %s", found, err, want)
		}
	}
}

// TestPlacesOfRequests: parameters of a namespace.
func TestPlacesOfRequests(t *testing.T) {
	set := load(t, map[string]string{"x.rego": requestRule})
	e, err := policy.NewEngine(set, policy.Config{Match: globs, Rules: map[string]policy.RuleConfig{"a/b": {
		Places: []policy.PlaceConfig{{Names: []string{"dev-*"}, Parameters: map[string]any{"most": 9}}},
	}}})
	if err != nil {
		t.Fatal(err)
	}
	for namespace, want := range map[string]string{"dev-1": "9", "prod": "3", "": "3"} {
		request := policy.AdmissionRequest{Group: "apps", Version: "v1", Resource: "deployments", Operation: "CREATE", Namespace: namespace}
		found, err := e.JudgeRequest(t.Context(), manifest(nil), request)
		if err != nil || len(found) != 1 || found[0].Message != want {
			t.Errorf("%q: %v, %v, want %s", namespace, found, err, want)
		}
	}
}

const requestRule = metadata + `#   admission: {resources: [apps/v1/deployments], operations: [CREATE]}
package a.b

deny contains {"message": sprintf("%v", [data.parameters["a/b"].most])}
`
