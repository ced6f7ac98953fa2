package ruleyaml

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"

	"github.com/lotus-lake/lotus-gate/policy"
)

func TestStages(t *testing.T) {
	for text, want := range map[string]policy.Stages{
		"warn":  {{Action: policy.Warn}},
		`"off"`: {{Action: policy.Off}},
		"off":   {{Action: policy.Off}},
		"[{stage: dry-run}, {stage: deny, from: 2026-12-01}]": {
			{Action: policy.DryRun}, {Action: policy.Deny, From: time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)},
		},
		"- {stage: warn}\n- stage: deny\n  from: '2026-12-01'": {
			{Action: policy.Warn}, {Action: policy.Deny, From: time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)},
		},
	} {
		var got Stages
		if err := yaml.Unmarshal([]byte(text), &got); err != nil {
			t.Errorf("%s: %v", text, err)
		}
		if diff := cmp.Diff(want, policy.Stages(got)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", text, diff)
		}
	}
}

func TestStagesMistakes(t *testing.T) {
	for text, want := range map[string]string{
		"\nwarning":     `line 2: "warning": want one of deny, warn, dry-run, off`,
		"{stage: warn}": "line 1: want deny, warn, dry-run or off, or a list of stages",
		"[]":            "line 1: want deny, warn, dry-run or off, or a list of stages",
		"[warn]":        "line 1: want deny, warn, dry-run or off, or a list of stages",
		"- {stage: warn}\n- {stage: deny, until: x}": "line 2: field until not found in a stage (stage, from)",
		"- {stage: warn}\n- {stage: deny}":           "line 1: stage deny: from is missing",
		"[{stage: &a warn}, {stage: *a}]":            "line 1: want an action or a list of stages",
	} {
		var got Stages
		if err := yaml.Unmarshal([]byte(text), &got); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
}

func TestLine(t *testing.T) {
	const text = `version: 1
rules:
  a/b:
    parameters: {x: 1}
    paths:
      - names: [p]
      - names: [q]
        parameters:
          list:
            - one
            - two
shared: &s {k: 1}
other: *s
`
	for line, keys := range map[int][]any{
		1:  {"nothing"},
		3:  {"rules", "a/b", "enabled"},
		4:  {"rules", "a/b", "parameters", "x", "deeper"},
		7:  {"rules", "a/b", "paths", 1},
		11: {"rules", "a/b", "paths", 1, "parameters", "list", "1"},
		12: {"other", "k"},
		9:  {"rules", "a/b", "paths", 1, "parameters", "list", "7"},
	} {
		if got := Line([]byte(text), keys...); got != line {
			t.Errorf("%v: %d, want %d", keys, got, line)
		}
	}
	for _, broken := range []string{"", "[", "rules: *x"} {
		if got := Line([]byte(broken), "rules"); got != 1 {
			t.Errorf("%q: %d, want 1", broken, got)
		}
	}
}

// FuzzStages: whatever stands there, it is read or refused with a line.
func FuzzStages(f *testing.F) {
	f.Add([]byte("action: [{stage: warn}, {stage: deny, from: 2026-12-01}]"))
	f.Add([]byte("action: &a [*a]"))
	f.Add([]byte("action: {stage: [warn]}"))
	f.Add([]byte("rules: {a: &x {b: *x}}"))
	f.Fuzz(func(t *testing.T, text []byte) {
		Line(text, "rules", "a", "b", 0)
		var c struct{ Action Stages }
		if err := yaml.Unmarshal(text, &c); err == nil {
			if err := policy.Stages(c.Action).Check(); err != nil {
				t.Errorf("accepted, but: %v", err)
			}
		}
	})
}
