package policy_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lotus-lake/lotus-gate/policy"
)

func date(text string) time.Time {
	t, err := time.Parse(time.DateOnly, text)
	if err != nil {
		panic(err)
	}
	return t
}

// tightening goes from dry-run to deny.
func tightening() policy.Stages {
	return policy.Stages{
		{Action: policy.DryRun}, {Action: policy.Warn, From: date("2026-12-01")}, {Action: policy.Deny, From: date("2027-01-01")},
	}
}

func TestStages(t *testing.T) {
	for now, want := range map[string][2]policy.Action{
		"2020-01-01T00:00:00Z": {policy.DryRun, policy.Warn},
		"2026-11-30T23:59:59Z": {policy.DryRun, policy.Warn},
		"2026-12-01T00:00:00Z": {policy.Warn, policy.Deny},
		"2027-01-01T00:00:00Z": {policy.Deny, ""},
		"2999-01-01T00:00:00Z": {policy.Deny, ""},
	} {
		at, err := time.Parse(time.RFC3339, now)
		if err != nil {
			t.Fatal(err)
		}
		in, next := tightening().Now(at)
		got := [2]policy.Action{in.Action}
		if next != nil {
			got[1] = next.Action
		}
		if got != want {
			t.Errorf("%s: %q, want %q", now, got, want)
		}
	}
	if in, next := policy.Stages(nil).Now(date("2026-01-01")); in != (policy.Stage{}) || next != nil {
		t.Errorf("without stages: %v, %v", in, next)
	}
}

// TestStagesText: what METADATA and configurations write is read, and written again.
func TestStagesText(t *testing.T) {
	for text, want := range map[string]policy.Stages{
		`"off"`: {{Action: policy.Off}},
		`[{"stage":"dry-run"},{"stage":"warn","from":"2026-12-01"},{"stage":"deny","from":"2027-01-01"}]`: tightening(),
	} {
		var got policy.Stages
		if err := json.Unmarshal([]byte(text), &got); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", text, diff)
		}
		again, err := json.Marshal(got)
		if err != nil || string(again) != text {
			t.Errorf("%s, %v, want %s", again, err, text)
		}
	}
	// A library may take a day for a time.
	var got policy.Stages
	if err := json.Unmarshal([]byte(`[{"stage":"warn"},{"stage":"deny","from":"2026-12-01T00:00:00Z"}]`), &got); err != nil || got[1].From != date("2026-12-01") {
		t.Errorf("%v, %v", got, err)
	}
}

func TestStagesMistakes(t *testing.T) {
	const shape = "want deny, warn, dry-run or off, or a list of stages such as {stage: warn, from: 2026-12-31}"
	for text, want := range map[string]string{
		`"block"`:                                `"block": want one of deny, warn, dry-run, off`,
		`""`:                                     `"": want one of deny, warn, dry-run, off`,
		`[]`:                                     shape,
		`{"stage":"warn"}`:                       shape,
		`["warn"]`:                               shape,
		`[{"action":"warn"}]`:                    shape,
		`[{"stage":"warn","from":"2026-12-01"}]`: "stage warn: the first stage has no from: it holds until the next begins",
		`[{"stage":"warn"},{"stage":"deny"}]`:    "stage deny: from is missing: the day on which it begins, such as 2026-12-31",
		`[{"stage":"warn"},{"stage":"deny","from":"soon"}]`:                                               `"soon" is not a day: write it as 2026-12-31`,
		`[{"stage":"deny"},{"stage":"warn","from":"2026-12-01"}]`:                                         "stage warn after deny: stages go from dry-run over warn to deny",
		`[{"stage":"warn"},{"stage":"warn","from":"2026-12-01"}]`:                                         "stage warn after warn: stages go from dry-run over warn to deny",
		`[{"stage":"dry-run"},{"stage":"warn","from":"2026-12-01"},{"stage":"deny","from":"2026-12-01"}]`: "stage deny: from 2026-12-01 is not after the stage before",
	} {
		var got policy.Stages
		if err := json.Unmarshal([]byte(text), &got); err == nil || err.Error() != want {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
}
