package config

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lotus-lake/lotus-gate/policy"
	"github.com/lotus-lake/lotus-gate/policy/rules"
	"github.com/lotus-lake/lotus-gate/validate/ruleyaml"
)

func TestParse(t *testing.T) {
	got, err := Parse(File, []byte(`
version: 1
fail_on: warning
layout: {streams: lake/streams}
branches: [main, "release/*"]
rules:
  backfill/overdue: {severity: warning, parameters: {max_age: 24h}}
  secrets/legacy_name: {enabled: false}
  manifest/slow_retry:
    action: [{stage: warn}, {stage: deny, from: 2026-12-01}]
    paths:
      - names: ["staging/**"]
        action: dry-run
        parameters: {max_interval: 1h}
waivers:
  - rule: secrets/default_credential
    path: "orchestration/**/profiles.yml"
    reason: local development only
    owner: data-platform
    expires: 2026-12-31
limits: {policy: 2s}
`))
	if err != nil {
		t.Fatal(err)
	}
	disabled := false
	stages := policy.Stages{{Action: policy.Warn}, {Action: policy.Deny, From: time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)}}
	want := Default()
	want.FailOn, want.Layout.Streams, want.Branches, want.Limits.Policy = "warning", "lake/streams", []string{"main", "release/*"}, 2*time.Second
	want.Rules = map[string]Rule{
		"backfill/overdue":    {Severity: "warning", Parameters: map[string]any{"max_age": "24h"}},
		"secrets/legacy_name": {Enabled: &disabled},
		"manifest/slow_retry": {
			Action: ruleyaml.Stages(stages), Paths: []PathRule{{
				Names: []string{"staging/**"}, Action: ruleyaml.Stages{{Action: policy.DryRun}}, Parameters: map[string]any{"max_interval": "1h"},
			}},
		},
	}
	want.Waivers = []Waiver{{
		Rule: "secrets/default_credential", Path: "orchestration/**/profiles.yml", Reason: "local development only",
		Owner: "data-platform", Expires: Day{time.Date(2026, 12, 31, 0, 0, 0, 0, time.UTC)}, Line: 16,
	}}
	if got.Source.Name != File || len(got.Source.Text) == 0 {
		t.Errorf("source %q", got.Source)
	}
	got.Source = Source{}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Parse (-want +got):\n%s", diff)
	}
	engine, err := got.Policy()
	if err != nil {
		t.Fatal(err)
	}
	wantRules := map[string]policy.RuleConfig{
		"backfill/overdue":    {Severity: policy.Warning, Parameters: map[string]any{"max_age": "24h"}},
		"secrets/legacy_name": {Disabled: true},
		"manifest/slow_retry": {Action: stages, Places: []policy.PlaceConfig{{
			Names: []string{"staging/**"}, Action: policy.Stages{{Action: policy.DryRun}}, Parameters: map[string]any{"max_interval": "1h"},
		}}},
	}
	if diff := cmp.Diff(wantRules, engine.Rules); diff != "" {
		t.Errorf("Policy (-want +got):\n%s", diff)
	}
}

func TestParseEmptyIsDefault(t *testing.T) {
	got, err := Parse(File, nil)
	got.Source = Source{}
	if diff := cmp.Diff(Default(), got); err != nil || diff != "" {
		t.Errorf("Parse: %v\n%s", err, diff)
	}
}

func TestParseErrors(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"unknown key":          {"vesion: 1", "line 1: field vesion not found"},
		"syntax":               {"rules: [", "line 1"},
		"version":              {"version: 2", "this gate reads version 1"},
		"fail on":              {"fail_on: sometimes", `fail_on "sometimes"`},
		"layout leaves":        {"layout: {streams: ../x}", `"../x"`},
		"layout absolute":      {"layout: {terraform: [/etc]}", `"/etc"`},
		"catalog path":         {"layout: {catalog: a/b}", "want a file name"},
		"severity":             {"rules: {a/b: {severity: fatal}}", `severity "fatal"`},
		"action":               {"rules:\n  a/b: {action: block}", `line 2: "block": want one of deny, warn, dry-run, off`},
		"stages loosen":        {"rules: {a/b: {action: [{stage: deny}, {stage: warn, from: 2026-12-01}]}}", "line 1: stage warn after deny"},
		"paths without names":  {"rules:\n  a/b:\n    paths:\n      - {action: warn}", "line 4: rules: a/b: paths[0]: needs names, and an action or parameters"},
		"paths for nothing":    {"rules:\n  a/b:\n    paths: [{names: [x]}]", "line 3: rules: a/b: paths[0]: needs names, and an action or parameters"},
		"paths pattern":        {`rules: {a/b: {paths: [{names: ["[x"], action: warn}]}}`, `line 1: rules: a/b: paths[0]: "[x" is not a valid pattern`},
		"branch pattern":       {`branches: ["[a"]`, `"[a" is not a valid pattern`},
		"waiver no owner":      {"waivers: [{rule: a/b, path: x, reason: y, expires: 2026-01-01}]", "line 1: waiver without owner"},
		"waiver unknown key":   {"waivers:\n- {rule: a/b, until: x}", "line 2: field until not found in a waiver"},
		"waiver day":           {"waivers: [{rule: a/b, path: x, reason: y, owner: z, expires: soon}]", `"soon" is not a day`},
		"waiver pattern":       {`waivers: [{rule: a/b, path: "[x", reason: y, owner: z, expires: 2026-01-01}]`, `"[x" is not a valid pattern`},
		"limits":               {"limits: {blob: 0}", "must be positive"},
		"more than one":        {"version: 1\n---\nversion: 1", "more than one YAML document"},
		"type of fail on":      {"layout: 7", "line 1"},
		"alias bomb bounded":   {"a: &a [x,x]\nversion: 1", "field a not found"},
		"duplicate key":        {"version: 1\nversion: 1", "already defined"},
		"not a mapping at all": {"- 1", "line 1"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Parse(File, []byte(c.text))
			if err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), File+": ") {
				t.Errorf("error %v, want %s: …%s", err, File, c.want)
			}
		})
	}
}

// TestCheckRules: what does not fit the rules is an error with file, line and what
// was meant.
func TestCheckRules(t *testing.T) {
	set, err := policy.LoadFiles(rules.FS, nil)
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		"rules:\n  backfill/overdu: {}":                                                                                 `line 2: unknown rule "backfill/overdu": did you mean "backfill/overdue"?`,
		"rules:\n  backfill/overdue:\n    parameters:\n      max_ag: 1h":                                                `line 4: rule backfill/overdue has no parameter "max_ag": did you mean "max_age"?`,
		"rules:\n  backfill/overdue:\n    paths:\n      - names: [a]\n        parameters:\n          max_age: two days": "line 6: rule backfill/overdue: parameter max_age: does not match pattern",
		"rules:\n  secrets/legacy_name:\n    parameters:\n      identifiers:\n        - a\n        - 7":                 "line 6: rule secrets/legacy_name: parameter identifiers: 1: invalid type. Expected: string, given: integer",
		"rules:\n  stream/schema:\n    parameters: {x: 1}":                                                              `line 3: rule stream/schema has no parameter "x": it has none`,
		"waivers:\n- {rule: a/b, path: x, reason: y, owner: z, expires: 2026-01-01}":                                    `waivers: line 2: unknown rule "a/b"`,
		"rules:\n  backfill/overdue: {parameters: {max_age: 48h}}":                                                      "",
	} {
		c, err := Parse("my.yaml", []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		err = c.CheckRules(set)
		if want == "" && err != nil || want != "" && (err == nil || !strings.HasPrefix(err.Error(), "my.yaml: "+want)) {
			t.Errorf("%q: %v, want my.yaml: %s", text, err, want)
		}
	}
}

func TestWaiver(t *testing.T) {
	w := Waiver{Rule: "a/b", Path: "x/**/*.yml", Expires: Day{time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)}}
	noon := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	if w.Expired(noon) || !w.Expired(noon.AddDate(0, 0, 1)) {
		t.Error("a waiver holds through its last day and no longer")
	}
	days := map[int]int{}
	for _, later := range []int{-10, -1, 0, 1, 3} {
		days[later] = w.DaysLeft(noon.AddDate(0, 0, later))
	}
	if diff := cmp.Diff(map[int]int{-10: 10, -1: 1, 0: 0, 1: -1, 3: -3}, days); diff != "" {
		t.Errorf("DaysLeft, by days from its last noon (-want +got):\n%s", diff)
	}
	for path, want := range map[string]bool{"x/p.yml": true, "x/y/z/p.yml": true, "y/p.yml": false, "x/p.yaml": false} {
		if got := w.Covers("a/b", path); got != want {
			t.Errorf("Covers(%s) = %v", path, got)
		}
	}
	if w.Covers("a/c", "x/p.yml") {
		t.Error("covers another rule")
	}
}

func TestProtects(t *testing.T) {
	c := Default()
	c.Branches = []string{"main", "release/*"}
	for branch, want := range map[string]bool{"main": true, "release/1": true, "release/1/2": false, "topic": false} {
		if got := c.Protects(branch); got != want {
			t.Errorf("Protects(%s) = %v", branch, got)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("version: 1\nwaivers: [{rule: a/b, path: x, reason: y, owner: z, expires: 2026-01-01}]"))
	f.Add([]byte("a: &a [*a]"))
	f.Add([]byte("rules: {a/b: {action: [{stage: warn}, {stage: deny, from: 2026-12-01}], paths: [{names: [x], action: off}]}}"))
	f.Add([]byte("limits: {policy: 1s, memory: -1}"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if c, err := Parse(File, data); err == nil {
			if _, err := c.Policy(); err != nil {
				t.Errorf("accepted, but: %v", err)
			}
		}
	})
}
