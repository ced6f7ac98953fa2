package policy_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lotus-lake/lotus-gate/policy"
)

// engine makes an engine of one rule, a/b on manifests, with the given body.
func engine(t *testing.T, body string, config policy.Config) *policy.Engine {
	t.Helper()
	set := load(t, map[string]string{"x.rego": metadata + "package a.b\n\n" + body})
	e, err := policy.NewEngine(set, config)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func manifest(object map[string]any) policy.Document {
	return policy.Document{
		Kind: "manifest", Path: "deploy/a.yaml", Commit: "c0ffee", Input: map[string]any{"object": object, "encrypted": false},
		Locate: func(field []any) (line, column int) { return 10 + len(field), 3 },
	}
}

// found is the finding that rule a/b makes unless it says otherwise.
func found(change func(*policy.Finding)) []policy.Finding {
	f := policy.Finding{
		Rule: "a/b", Severity: policy.Error, Message: "m", Remedy: "R", Path: "deploy/a.yaml", Line: 1, Column: 1, Commit: "c0ffee",
	}
	change(&f)
	return []policy.Finding{f}
}

func TestJudge(t *testing.T) {
	for name, tc := range map[string]struct {
		body   string
		config policy.Config
		want   []policy.Finding
	}{
		"nothing to say": {body: `deny contains {"message": "m"} if input.encrypted`},
		"message alone is about the whole file": {
			body: `deny contains {"message": "m"}`,
			want: found(func(*policy.Finding) {}),
		},
		"field is located in the document": {
			body: `deny contains {"message": "m", "field": ["spec", "list", 0, "a b"]}`,
			want: found(func(f *policy.Finding) { f.Field, f.Line, f.Column = `spec.list[0]["a b"]`, 14, 3 }),
		},
		"at is taken as it is": {
			body: `deny contains {"message": "m", "at": {"path": "other.tf", "line": 7, "column": 2}}`,
			want: found(func(f *policy.Finding) { f.Path, f.Line, f.Column = "other.tf", 7, 2 }),
		},
		"at without a path is in the document": {
			body: `deny contains {"message": "m", "at": {"line": 7, "column": 2}}`,
			want: found(func(f *policy.Finding) { f.Line, f.Column = 7, 2 }),
		},
		"remedy of the finding replaces the rule's": {
			body: `deny contains {"message": "m", "remedy": "do this"}`,
			want: found(func(f *policy.Finding) { f.Remedy = "do this" }),
		},
		"kind, path and commit are in the input": {
			body: `deny contains {"message": concat(" ", [input.kind, input.path, input.commit])}`,
			want: found(func(f *policy.Finding) { f.Message = "manifest deploy/a.yaml c0ffee" }),
		},
		"default of a parameter": {
			body: `deny contains {"message": sprintf("%d", [data.parameters["a/b"].most])}`,
			want: found(func(f *policy.Finding) { f.Message = "3" }),
		},
		"parameter and severity from the configuration": {
			body: `deny contains {"message": sprintf("%d", [data.parameters["a/b"].most])}`,
			config: policy.Config{Rules: map[string]policy.RuleConfig{
				"a/b": {Severity: policy.Warning, Parameters: map[string]any{"most": 5}},
			}},
			want: found(func(f *policy.Finding) { f.Message, f.Severity = "5", policy.Warning }),
		},
		"disabled": {
			body:   `deny contains {"message": "m"}`,
			config: policy.Config{Rules: map[string]policy.RuleConfig{"a/b": {Disabled: true}}},
		},
		"layout and data": {
			body: `deny contains {"message": concat("", [data.layout.streams, data.own.list[1]])}`,
			config: policy.Config{
				Layout: map[string]any{"streams": "dag/"}, Data: map[string]any{"own": map[string]any{"list": []any{"a", "b"}}},
			},
			want: found(func(f *policy.Finding) { f.Message = "dag/b" }),
		},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := engine(t, tc.body, tc.config).Judge(t.Context(), manifest(nil), policy.Tip)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
		})
	}
}

// TestJudgeErrors: what a rule says wrongly is no verdict, and never a pass.
func TestJudgeErrors(t *testing.T) {
	for name, tc := range map[string]struct{ body, want string }{
		"string":          {`deny contains "m"`, "rule a/b on deploy/a.yaml: deny holds string, want an object with a message"},
		"no message":      {`deny contains {"field": ["a"]}`, "rule a/b on deploy/a.yaml: deny has no message"},
		"message no text": {`deny contains {"message": 5}`, "rule a/b on deploy/a.yaml: deny.message has the wrong type (json.Number)"},
		"unknown key":     {`deny contains {"message": "m", "msg": "m"}`, `rule a/b on deploy/a.yaml: deny has an unknown key "msg": want message, field, at, remedy, steps or break_glass`},
		"field no list":   {`deny contains {"message": "m", "field": "a.b"}`, "rule a/b on deploy/a.yaml: deny.field has the wrong type (string)"},
		"glass no text":   {`deny contains {"message": "m", "break_glass": true}`, "rule a/b on deploy/a.yaml: deny.break_glass has the wrong type (bool)"},
		"at no position":  {`deny contains {"message": "m", "at": "a:1"}`, "rule a/b on deploy/a.yaml: deny.at has the wrong type (string)"},
		"two places":      {`deny contains {"message": "m", "field": ["a"], "at": {"line": 1}}`, "rule a/b on deploy/a.yaml: deny has both field and at: want one place"},
		"built-in fails":  {`deny contains {"message": "m"} if upper(input.object.n) == "X"`, "deploy/a.yaml: judge manifest: "},
		"conflict":        {"x := 1 if input.object.n\n\nx := 2 if input.object.n\n\ndeny contains {\"message\": \"m\"} if x", "deploy/a.yaml: judge manifest: "},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := engine(t, tc.body, policy.Config{}).Judge(t.Context(), manifest(map[string]any{"n": 1}), policy.Tip)
			if err == nil || !strings.HasPrefix(err.Error(), tc.want) || got != nil {
				t.Errorf("Judge = %v, %v; want the error %s", got, err, tc.want)
			}
		})
	}
}

func TestWants(t *testing.T) {
	e := engine(t, `deny contains {"message": "m"}`, policy.Config{})
	off := engine(t, `deny contains {"message": "m"}`, policy.Config{Rules: map[string]policy.RuleConfig{"a/b": {Disabled: true}}})
	got := []bool{
		e.Wants("manifest", policy.Tip), e.Wants("manifest", policy.History), e.Wants("stream", policy.Tip), off.Wants("manifest", policy.Tip),
	}
	if diff := cmp.Diff([]bool{true, false, false, false}, got); diff != "" {
		t.Errorf("wants (-want +got):\n%s", diff)
	}
	unwanted := manifest(nil)
	unwanted.Kind = "stream"
	if findings, err := e.Judge(t.Context(), unwanted, policy.Tip); findings != nil || err != nil {
		t.Errorf("Judge of an unwanted kind = %v, %v", findings, err)
	}
}

// TestJudgeConcurrently also covers Prepare; -race does the rest.
func TestJudgeConcurrently(t *testing.T) {
	e := engine(t, `deny contains {"message": sprintf("%d", [input.object.n])} if input.object.n % 2 == 1`, policy.Config{})
	e.Prepare(policy.Tip, "manifest", "stream")
	var wg sync.WaitGroup
	for n := range 50 {
		wg.Go(func() {
			got, err := e.Judge(t.Context(), manifest(map[string]any{"n": n}), policy.Tip)
			var want []policy.Finding
			if n%2 == 1 {
				want = found(func(f *policy.Finding) { f.Message = fmt.Sprint(n) })
			}
			if diff := cmp.Diff(want, got); err != nil || diff != "" {
				t.Errorf("document %d: %v (-want +got):\n%s", n, err, diff)
			}
		})
	}
	wg.Wait()
}
