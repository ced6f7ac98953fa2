package example_test

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lotus-lake/lotus-gate/mutate/example"
)

// TestAnswer: each mutation of testdata is answered as it says.
func TestAnswer(t *testing.T) {
	text, err := os.ReadFile("testdata/mutations.yaml")
	if err != nil {
		t.Fatal(err)
	}
	mutations, err := example.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range mutations {
		t.Run(m.Name, func(t *testing.T) {
			patch, warnings, err := m.Answer(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(plain(t, m.Patch), plain(t, patch)); diff != "" {
				t.Errorf("line %d: patch (-want +got):\n%s", m.Line, diff)
			}
			if diff := cmp.Diff(m.Warnings, warnings); diff != "" {
				t.Errorf("line %d: warnings (-want +got):\n%s", m.Line, diff)
			}
		})
	}
}

// plain is a patch as JSON decodes it.
func plain(t *testing.T, patch []example.Operation) any {
	t.Helper()
	text, err := json.Marshal(patch)
	if err != nil {
		t.Fatal(err)
	}
	var value any
	if err := json.Unmarshal(text, &value); err != nil {
		t.Fatal(err)
	}
	return value
}

// TestAnswerErrors: what cannot be answered is left undone, and says why without a
// value of a Secret.
func TestAnswerErrors(t *testing.T) {
	workload := map[string]any{"apiVersion": "apps/v1", "kind": "Deployment", "spec": map[string]any{"template": map[string]any{"spec": map[string]any{}}}}
	for name, tc := range map[string]struct {
		m    example.Mutation
		want string
	}{
		"no template": {example.Mutation{Object: map[string]any{"apiVersion": "apps/v1", "kind": "Deployment"}}, "the object is no workload of apps/v1 or batch/v1"},
		"a Secret of numbers": {
			example.Mutation{Object: workload, Live: []map[string]any{{"kind": "Secret", "data": map[string]any{"a": 7}}}}, "live[0]: it is no Secret",
		},
		"another kind": {example.Mutation{Object: map[string]any{"apiVersion": "v1", "kind": "Pod"}}, "the webhook amends no Pod of v1: want a Deployment, StatefulSet, DaemonSet, CronJob or Terraform"},
	} {
		if _, _, err := tc.m.Answer(t.Context()); err == nil || err.Error() != tc.want {
			t.Errorf("%s: %v, want %s", name, err, tc.want)
		}
	}
}

func TestParseErrors(t *testing.T) {
	const object = "object: {apiVersion: apps/v1, kind: Deployment}"
	for text, want := range map[string]string{
		"":                  "mutations.yaml: line 1: it holds no mutations",
		"mutations: []":     "mutations.yaml: line 1: it holds no mutations",
		"mutatoins: []":     "mutations.yaml: line 1: field mutatoins not found",
		"mutations: {a: b}": "mutations.yaml: line 1: cannot unmarshal !!map into []example.Mutation",
		"mutations:\n- [":   "mutations.yaml: line 2: did not find expected node content",
		"mutations:\n- {name: a, pach: []}\n- {name: b, objet: {}}":            "mutations.yaml: line 2: field pach not found\nmutations.yaml: line 3: field objet not found",
		"mutations:\n- {patch: []}\n- {name: b}":                               "mutations.yaml: line 2: a mutation without a name\nmutations.yaml: line 3: mutation \"b\": it has no object",
		"mutations:\n- {name: a, " + object + "}\n- {name: a, " + object + "}": `mutations.yaml: line 3: mutation "a": two have this name`,
		"mutations:\n- {name: a, mode: off, " + object + "}":                   `mutations.yaml: line 2: mutation "a": mode: "off" is none of enabled, disabled, dry-run`,
		"mutations:\n- {name: a, live: [{kind: Pod}], " + object + "}":         `mutations.yaml: line 2: mutation "a": live[0] is "Pod": want a Secret, a ConfigMap or a source of Flux`,
		"mutations:\n- {name: a, " + object + "}\n---\n{}":                     "mutations.yaml: line 1: it holds more than one YAML document",
	} {
		if _, err := example.Parse([]byte(text)); err == nil || err.Error() != want {
			t.Errorf("Parse(%s):\n%v\nwant\n%s", text, err, want)
		}
	}
}

// FuzzParse: whatever the file holds, it is parsed or refused, and what is parsed is
// answered or left undone.
func FuzzParse(f *testing.F) {
	text, err := os.ReadFile("testdata/mutations.yaml")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	for _, seed := range []string{
		"mutations: [{name: a, object: {apiVersion: apps/v1, kind: Deployment, spec: []}}]",
		"a: &a {mutations: [{name: a, object: {}}]}\n<<: *a",
		"<<: {mutations: [{name: a, object: {apiVersion: batch/v1, kind: CronJob}}]}",
		"mutations: [{name: a, object: {? {} : x}}]",
		"mutations: [{name: a, patch: [{value: {? [] : x}}], object: {apiVersion: apps/v1, kind: Deployment}}]",
		"mutations: [{name: a, object: {apiVersion: infra.contrib.fluxcd.io/v1alpha2, kind: Terraform, spec: {sourceRef: 7}}, live: [{kind: GitRepository, spec: {interval: x}}]}]",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		mutations, err := example.Parse(text)
		if err != nil {
			return
		}
		for _, m := range mutations {
			_, _, _ = m.Answer(t.Context())
		}
	})
}
