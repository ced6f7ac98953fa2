package inspect_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lotus-lake/lotus-gate/policy"
	"github.com/lotus-lake/lotus-gate/policy/inspect"
	"github.com/lotus-lake/lotus-gate/policy/rules"
)

const rule = `# METADATA
# title: T
# description: D
# schemas:
#   - input: schema.manifest
# custom:
#   severity: error
#   scope: document
#   when: tip
#   kinds: [manifest]
#   remediation: R
#   parameters:
#     most: {description: P, default: 3}
package my.rule

deny contains {"message": message} if {
	name := input.object.metadata.name
	print("looking at", name)
	trace(sprintf("note %s", [name]))
	input.object.spec.replicas > data.parameters["my/rule"].most
	message := sprintf("%s has too many", [name])
}
`

var docs = []policy.Document{
	manifest("deploy/a.yaml", "small", 1),
	manifest("deploy/b.yaml", "large", 5),
	{Kind: "stream", Path: "streams/s/x.json", Input: map[string]any{"name": "x"}},
}

func manifest(path, name string, replicas int) policy.Document {
	return policy.Document{Kind: "manifest", Path: path, Input: map[string]any{"encrypted": false, "object": map[string]any{
		"metadata": map[string]any{"name": name}, "spec": map[string]any{"replicas": replicas},
	}}}
}

// lab has an author's rule beside the shipped ones.
func lab(t *testing.T, config policy.Config) (*inspect.Lab, string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "rule.rego")
	if err := os.WriteFile(file, []byte(rule), 0o644); err != nil {
		t.Fatal(err)
	}
	set, err := policy.Load(rules.FS, []string{filepath.Dir(file)})
	if err != nil {
		t.Fatal(err)
	}
	l, err := inspect.New(set, config)
	if err != nil {
		t.Fatal(err)
	}
	return l, file
}

func evaluate(t *testing.T, l *inspect.Lab, text string, options inspect.Options) (*inspect.Evaluation, error) {
	t.Helper()
	q, err := l.Query(text)
	if err != nil {
		return nil, err
	}
	return l.Evaluate(t.Context(), q, options)
}

func TestAsk(t *testing.T) {
	l, file := lab(t, policy.Config{Data: map[string]any{"team": "lake"}})
	print := func(name string) []inspect.Print {
		return []inspect.Print{{Path: file, Line: 18, Text: "looking at " + name}}
	}
	for query, want := range map[string][]inspect.Answer{
		"my/rule": {
			{Values: []any{[]any{}}, Prints: print("small")},
			{Values: []any{[]any{map[string]any{"message": "large has too many"}}}, Prints: print("large")},
			{Values: []any{[]any{}}},
		},
		"data.my.rule.deny[_].message":  {{Prints: print("small")}, {Values: []any{"large has too many"}, Prints: print("large")}, {}},
		"x := input.object.metadata":    {{Values: []any{map[string]any{"x": map[string]any{"name": "small"}}}}, {Values: []any{map[string]any{"x": map[string]any{"name": "large"}}}}, {}},
		`input.kind; data.team`:         {{Values: []any{[]any{"manifest", "lake"}}}, {Values: []any{[]any{"manifest", "lake"}}}, {Values: []any{[]any{"stream", "lake"}}}},
		`print(input.path) ; "x" == ""`: {{Prints: []inspect.Print{{Line: 1, Text: "deploy/a.yaml"}}}, {Prints: []inspect.Print{{Line: 1, Text: "deploy/b.yaml"}}}, {Prints: []inspect.Print{{Line: 1, Text: "streams/s/x.json"}}}},
	} {
		t.Run(query, func(t *testing.T) {
			e, err := evaluate(t, l, query, inspect.Options{})
			if err != nil {
				t.Fatal(err)
			}
			var got []inspect.Answer
			for _, doc := range docs {
				answer, err := e.Ask(t.Context(), doc)
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, answer)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("answers (-want +got):\n%s", diff)
			}
		})
	}
}

func TestParametersOfTheConfiguration(t *testing.T) {
	l, _ := lab(t, policy.Config{Rules: map[string]policy.RuleConfig{"my/rule": {Parameters: map[string]any{"most": 9}}}})
	e, err := evaluate(t, l, "my/rule", inspect.Options{})
	if err != nil {
		t.Fatal(err)
	}
	got, err := e.Ask(t.Context(), docs[1])
	if diff := cmp.Diff([]any{[]any{}}, got.Values); err != nil || diff != "" {
		t.Errorf("with a parameter of 9 (-want +got): %v\n%s", err, diff)
	}
}

func TestExplain(t *testing.T) {
	l, _ := lab(t, policy.Config{})
	for mode, want := range map[string]string{"notes": `Note "note large"`, "full": "Eval gt(", "debug": "Index data.my.rule.deny", "fails": "Fail "} {
		e, err := evaluate(t, l, "my/rule", inspect.Options{Explain: mode})
		if err != nil {
			t.Fatal(err)
		}
		doc := docs[1]
		if mode == "fails" {
			doc = docs[0]
		}
		got, err := e.Ask(t.Context(), doc)
		if text := strings.Join(got.Trace, "\n"); err != nil || !strings.Contains(text, want) {
			t.Errorf("%s: %v\n%s\nwant %s", mode, err, text, want)
		}
	}
	if _, err := evaluate(t, l, "my/rule", inspect.Options{Explain: "all"}); err == nil || !strings.Contains(err.Error(), `unknown explanation "all": want one of full, notes, fails, debug`) {
		t.Errorf("an explanation that there is not: %v", err)
	}
}

func TestProfile(t *testing.T) {
	l, file := lab(t, policy.Config{})
	e, err := evaluate(t, l, "my/rule", inspect.Options{Profile: true})
	if err != nil {
		t.Fatal(err)
	}
	for range 10 {
		if _, err := e.Ask(t.Context(), docs[1]); err != nil {
			t.Fatal(err)
		}
	}
	costs := e.Profile(100)
	found := false
	for i, c := range costs {
		if i > 0 && c.Time > costs[i-1].Time {
			t.Errorf("%s costs more than %s before it", c.Text, costs[i-1].Text)
		}
		found = found || c.Path == file && c.Line == 20 && c.Evals >= 10 && c.Evals%10 == 0 && c.Time > 0
	}
	if !found {
		t.Errorf("line 20 was not evaluated 10 times: %+v", costs)
	}
	if got := e.Profile(2); len(got) != 2 {
		t.Errorf("%d lines, want 2", len(got))
	}
}

func TestWrongQueries(t *testing.T) {
	l, _ := lab(t, policy.Config{})
	for query, want := range map[string]string{
		"my/rul":                             `unknown rule "my/rul": did you mean "my/rule"?`,
		"data.x =":                           "rego_parse_error",
		"nothing(1)":                         "undefined function nothing",
		`http.send({"url": "x"})`:            "unsafe built-in function calls in expression: http.send",
		`net.lookup_ip_addr("localhost")`:    "unsafe built-in function calls in expression: net.lookup_ip_addr",
		`opa.runtime()`:                      "unsafe built-in function calls in expression: opa.runtime",
		`rand.intn("x", 3)`:                  "unsafe built-in function calls in expression: rand.intn",
		`[x | x := uuid.rfc4122("a")]`:       "unsafe built-in function calls in expression: uuid.rfc4122",
		`data.my.rule.deny; opa.runtime().x`: "unsafe built-in function calls in expression: opa.runtime",
	} {
		_, err := evaluate(t, l, query, inspect.Options{})
		var load *policy.LoadError
		if !errors.As(err, &load) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v; want %s", query, err, want)
		}
	}
}

// TestFailingEvaluation: what was printed before an error is told with it.
func TestFailingEvaluation(t *testing.T) {
	l, _ := lab(t, policy.Config{})
	e, err := evaluate(t, l, `print("before"); to_number(input.object.metadata.name)`, inspect.Options{})
	if err != nil {
		t.Fatal(err)
	}
	answer, err := e.Ask(t.Context(), docs[0])
	if err == nil || !strings.Contains(err.Error(), "deploy/a.yaml: ") || len(answer.Prints) != 1 {
		t.Errorf("Ask = %+v, %v", answer, err)
	}
}

func TestSelect(t *testing.T) {
	paths := func(docs []policy.Document) (paths []string) {
		for _, doc := range docs {
			paths = append(paths, doc.Path)
		}
		return paths
	}
	for _, c := range []struct {
		kinds    []string
		kind, at string
		want     []string
	}{
		{nil, "", "", []string{"deploy/a.yaml", "deploy/b.yaml", "streams/s/x.json"}},
		{[]string{"stream", "source"}, "", "", []string{"streams/s/x.json"}},
		{nil, "manifest", "deploy/b.yaml", []string{"deploy/b.yaml"}},
		{nil, "", "deploy/", []string{"deploy/a.yaml", "deploy/b.yaml"}},
		{nil, "", "deploy", []string{"deploy/a.yaml", "deploy/b.yaml"}},
		{nil, "", "*/b.*", []string{"deploy/b.yaml"}},
		{[]string{"stream"}, "manifest", "", nil},
		{nil, "", "depl", nil},
	} {
		if diff := cmp.Diff(c.want, paths(inspect.Select(docs, c.kinds, c.kind, c.at))); diff != "" {
			t.Errorf("%+v (-want +got):\n%s", c, diff)
		}
	}
}

func TestRepl(t *testing.T) {
	l, _ := lab(t, policy.Config{})
	var out, errs bytes.Buffer
	err := l.Repl(t.Context(), inspect.Session{
		Documents: docs, Out: &out, Err: &errs, Banner: "banner",
		In: strings.NewReader(strings.Join([]string{
			"input.path", "data.my.rule.deny", "data.my.rule.deny with input as data.documents[1]", "count(data.documents)",
			`http.send({"method": "get", "url": "http://localhost"})`, "opa.runtime()", "exit",
		}, "\n") + "\n"),
	})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(`banner
"deploy/a.yaml"
[]
[
  {
    "message": "large has too many"
  }
]
3
1 error occurred: 1:1: rego_type_error: undefined function http.send
1 error occurred: 1:1: rego_type_error: undefined function opa.runtime
`, out.String()); diff != "" {
		t.Errorf("output (-want +got):\n%s", diff)
	}
	if !strings.Contains(errs.String(), "looking at large") {
		t.Errorf("print() is not on standard error: %s", errs.String())
	}
}
