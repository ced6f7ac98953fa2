package policy_test

import (
	"path"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lotus-lake/lotus-gate/policy"
)

// globs is how places are matched in these tests.
func globs(name, place string) bool {
	ok, _ := path.Match(name, place)
	return ok && place != ""
}

func always(action policy.Action) policy.Stages { return policy.Stages{{Action: action}} }

func TestEnforce(t *testing.T) {
	own := metadata[:len(metadata)-len("#   parameters:\n#     most: {description: P, default: 3}\n")]
	set := load(t, map[string]string{
		"set.rego":      own + "package a.set\n" + body,
		"staged.rego":   own + "package a.staged\n" + body,
		"other.rego":    own + "package a.other\n" + body,
		"metadata.rego": own + "#   action: [{stage: warn}, {stage: deny, from: 2026-12-01}]\npackage a.metadata\n" + body,
	})
	e, err := policy.NewEngine(set, policy.Config{Match: globs, Rules: map[string]policy.RuleConfig{
		"a/set": {Action: always(policy.DryRun), Places: []policy.PlaceConfig{
			{Names: []string{"dev-*", "test"}, Action: always(policy.Off)},
			{Names: []string{"dev-1", "*-prod"}, Action: always(policy.Deny)},
			{Names: []string{"own"}, Parameters: map[string]any{}},
		}},
		"a/staged": {Places: []policy.PlaceConfig{{Names: []string{"*"}, Action: tightening()}}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	type outcome struct {
		Severity policy.Severity
		Action   policy.Action
		Until    string
		Next     policy.Action
	}
	dropped := outcome{}
	for _, tc := range []struct {
		rule, place string
		severity    policy.Severity
		now         string
		want        outcome
	}{
		{"a/other", "lake", policy.Error, "2026-06-01", outcome{Severity: policy.Error}},
		{"a/other", "lake", policy.Info, "2026-06-01", outcome{Severity: policy.Info}},
		{"a/set", "lake", policy.Error, "2026-06-01", outcome{Severity: policy.Error, Action: policy.DryRun}},
		{"a/set", "", policy.Error, "2026-06-01", outcome{Severity: policy.Error, Action: policy.DryRun}},
		{"a/set", "own", policy.Error, "2026-06-01", outcome{Severity: policy.Error, Action: policy.DryRun}},
		{"a/set", "dev-1", policy.Error, "2026-06-01", dropped},
		{"a/set", "test", policy.Warning, "2026-06-01", dropped},
		{"a/set", "a-prod", policy.Warning, "2026-06-01", outcome{Severity: policy.Error, Action: policy.Deny}},
		{"a/set", "a-prod-east", policy.Warning, "2026-06-01", outcome{Severity: policy.Warning, Action: policy.DryRun}},
		{"a/staged", "lake", policy.Error, "2026-11-30", outcome{policy.Error, policy.DryRun, "2026-12-01", policy.Warn}},
		{"a/staged", "lake", policy.Error, "2026-12-31", outcome{policy.Warning, policy.Warn, "2027-01-01", policy.Deny}},
		{"a/staged", "lake", policy.Info, "2026-12-31", outcome{policy.Info, policy.Warn, "2027-01-01", policy.Deny}},
		{"a/staged", "lake", policy.Warning, "2027-01-01", outcome{Severity: policy.Error, Action: policy.Deny}},
		{"a/staged", "", policy.Error, "2027-01-01", outcome{Severity: policy.Error}},
		{"a/metadata", "lake", policy.Error, "2026-11-30", outcome{policy.Warning, policy.Warn, "2026-12-01", policy.Deny}},
		{"a/metadata", "lake", policy.Error, "2026-12-01", outcome{Severity: policy.Error, Action: policy.Deny}},
	} {
		f, ok := e.Enforce(policy.Finding{Rule: tc.rule, Severity: tc.severity}, tc.place, date(tc.now))
		got := outcome{f.Severity, f.Action, f.Until, f.Next}
		if !ok {
			got = dropped
		}
		if diff := cmp.Diff(tc.want, got); diff != "" {
			t.Errorf("%+v (-want +got):\n%s", tc, diff)
		}
	}
}
