package report

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lotus-lake/lotus-gate/policy"
)

func TestExitCode(t *testing.T) {
	one := func(s policy.Severity, existing, waived bool) []policy.Finding {
		return []policy.Finding{{Rule: "a/b", Severity: s, Existing: existing, Waived: waived}}
	}
	acts := func(action policy.Action) []policy.Finding {
		return []policy.Finding{{Rule: "a/b", Severity: policy.Error, Action: action}}
	}
	tests := []struct {
		name   string
		report Report
		want   int
	}{
		{"denied", Report{Findings: acts(policy.Deny)}, 1},
		{"warned of, whatever fails", Report{Findings: acts(policy.Warn), FailOn: policy.Warning}, 0},
		{"dry-run", Report{Findings: acts(policy.DryRun), FailOn: policy.Warning}, 0},
		{"nothing", Report{}, 0},
		{"error", Report{Findings: one(policy.Error, false, false)}, 1},
		{"warning by default", Report{Findings: one(policy.Warning, false, false)}, 0},
		{"warning on warning", Report{Findings: one(policy.Warning, false, false), FailOn: policy.Warning}, 1},
		{"info on warning", Report{Findings: one(policy.Info, false, false), FailOn: policy.Warning}, 0},
		{"error on never", Report{Findings: one(policy.Error, false, false), FailOn: Never}, 0},
		{"existing", Report{Findings: one(policy.Error, true, false)}, 0},
		{"waived", Report{Findings: one(policy.Error, false, true)}, 0},
		{"no severity", Report{Findings: one(0, false, false), FailOn: Never}, 1},
		{"not inspected", Report{NotInspected: []NotInspected{{Path: "a"}}}, 0},
		{"undecided", Report{Undecided: []string{"x"}}, 3},
		{"undecided on never, with findings", Report{Undecided: []string{"x"}, Findings: one(policy.Error, false, false), FailOn: Never}, 3},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := test.report.ExitCode(); got != test.want {
				t.Errorf("got %d, want %d", got, test.want)
			}
		})
	}
}

func TestCount(t *testing.T) {
	r := refused()
	r.Findings = append(r.Findings, policy.Finding{Severity: policy.Error, Existing: true, Waived: true})
	if diff := cmp.Diff(Counts{Errors: 1, Warnings: 1, DryRun: 5}, staged().Count()); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(Counts{Errors: 3, Warnings: 1, Infos: 1, Existing: 1, Waived: 2}, r.Count()); diff != "" {
		t.Error(diff)
	}
}

func TestParseFailOn(t *testing.T) {
	got := map[string]policy.Severity{}
	for _, s := range []string{"error", "warning", "never"} {
		severity, err := ParseFailOn(s)
		if err != nil {
			t.Fatal(err)
		}
		got[s] = severity
	}
	if diff := cmp.Diff(map[string]policy.Severity{"error": policy.Error, "warning": policy.Warning, "never": Never}, got); diff != "" {
		t.Error(diff)
	}
	for _, s := range []string{"", "info", "Error"} {
		if _, err := ParseFailOn(s); err == nil {
			t.Errorf("%q is accepted", s)
		}
	}
}
