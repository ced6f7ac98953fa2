package policy_test

import (
	"errors"
	"testing"

	"github.com/lotus-lake/lotus-gate/policy"
)

func TestConfigErrors(t *testing.T) {
	set := load(t, map[string]string{"a/b.rego": metadata + "package manifest.forced\n" + body})
	for name, tc := range map[string]struct {
		config policy.Config
		want   string
	}{
		"misspelt rule": {
			policy.Config{Rules: map[string]policy.RuleConfig{"manifest/force": {}}},
			`unknown rule "manifest/force": did you mean "manifest/forced"?`,
		},
		"no such rule": {
			policy.Config{Rules: map[string]policy.RuleConfig{"xyz/qqq": {Disabled: true}}},
			"unknown rule \"xyz/qqq\": `gate rules` lists them",
		},
		"misspelt parameter": {
			policy.Config{Rules: map[string]policy.RuleConfig{"manifest/forced": {Parameters: map[string]any{"mots": 3}}}},
			`rule manifest/forced has no parameter "mots": did you mean "most"?`,
		},
		"wrong type": {
			policy.Config{Rules: map[string]policy.RuleConfig{"manifest/forced": {Parameters: map[string]any{"most": "3"}}}},
			"rule manifest/forced: parameter most: a string, want a number",
		},
		"null": {
			policy.Config{Rules: map[string]policy.RuleConfig{"manifest/forced": {Parameters: map[string]any{"most": nil}}}},
			"rule manifest/forced: parameter most: a null, want a number",
		},
		"reserved data": {
			policy.Config{Data: map[string]any{"parameters": map[string]any{}}},
			"data.parameters is taken by the gate's own data: rename it in your data file",
		},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := policy.NewEngine(set, tc.config)
			var load *policy.LoadError
			if !errors.As(err, &load) || err.Error() != tc.want {
				t.Errorf("error is %T\n%v\nwant a *policy.LoadError\n%s", err, err, tc.want)
			}
		})
	}
}

// load makes a set of an author's files alone.
func load(t *testing.T, files map[string]string) *policy.Set {
	t.Helper()
	set, err := policy.Load(nil, []string{write(t, files)})
	if err != nil {
		t.Fatal(err)
	}
	return set
}
