package validate

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lotus-lake/lotus-gate/policy"
)

func TestActionOf(t *testing.T) {
	actions := Actions{
		"a/set": {Action: DryRun, Namespaces: []NamespaceActions{
			{Names: []string{"dev-*", "test"}, Action: Off}, {Names: []string{"dev-1", "*-prod"}, Action: Deny},
		}},
		"a/namespaces": {Namespaces: []NamespaceActions{{Names: []string{"*"}, Action: DryRun}}},
	}
	type finding struct {
		rule      string
		severity  policy.Severity
		namespace string
	}
	for f, want := range map[finding]Action{
		{"a/other", policy.Error, "lake"}:        Deny,
		{"a/other", policy.Warning, "lake"}:      Warn,
		{"a/other", policy.Info, "lake"}:         Warn,
		{"a/set", policy.Error, "lake"}:          DryRun,
		{"a/set", policy.Warning, "dev-1"}:       Off,
		{"a/set", policy.Warning, "test"}:        Off,
		{"a/set", policy.Warning, "a-prod"}:      Deny,
		{"a/namespaces", policy.Error, "lake"}:   DryRun,
		{"a/namespaces", policy.Error, ""}:       Deny,
		{"a/namespaces", policy.Warning, ""}:     Warn,
		{"a/set", policy.Warning, ""}:            DryRun,
		{"a/set", policy.Warning, "a-prod-east"}: DryRun,
	} {
		if got := actions.of(policy.Finding{Rule: f.rule, Severity: f.severity}, f.namespace); got != want {
			t.Errorf("%+v: %s, want %s", f, got, want)
		}
	}
}

func TestActionsCheck(t *testing.T) {
	for name, tc := range map[string]struct {
		actions Actions
		want    string
	}{
		"sound":           {Actions{"a/b": {Action: Warn, Namespaces: []NamespaceActions{{Names: []string{"x-*"}, Action: Off}}}, "c/d": {}}, ""},
		"unknown":         {Actions{"a/b": {Action: "block"}}, `rules.a/b: action "block": want deny, warn, dry-run or off`},
		"in a namespace":  {Actions{"a/b": {Namespaces: []NamespaceActions{{Names: []string{"x"}}}}}, `rules.a/b: namespaces[0]: action "": want deny, warn, dry-run or off`},
		"without names":   {Actions{"a/b": {Namespaces: []NamespaceActions{{Action: Warn}}}}, `rules.a/b: namespaces[0]: names are missing`},
		"malformed names": {Actions{"a/b": {Namespaces: []NamespaceActions{{Names: []string{"[x"}, Action: Warn}}}}, `rules.a/b: namespaces[0]: "[x": syntax error in pattern`},
	} {
		t.Run(name, func(t *testing.T) {
			got := ""
			if err := tc.actions.Check(); err != nil {
				got = err.Error()
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
