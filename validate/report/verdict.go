package report

import (
	"fmt"

	"github.com/lotus-lake/lotus-gate/policy"
)

// Never, as FailOn, lets findings of every severity pass.
const Never = policy.Error + 1

// ParseFailOn reads "error", "warning" or "never".
func ParseFailOn(s string) (policy.Severity, error) {
	switch s {
	case "error":
		return policy.Error, nil
	case "warning":
		return policy.Warning, nil
	case "never":
		return Never, nil
	}
	return 0, fmt.Errorf("fail on %q: want error, warning or never", s)
}

// The exit codes of a run. Wrong usage or configuration is 2, and has no report.
const (
	ExitClean     = 0
	ExitFindings  = 1
	ExitUndecided = 3
)

// ExitCode is the verdict. Undecided comes first: with something left unjudged
// the list of findings may be short, and nobody should read it as the whole.
func (r Report) ExitCode() int {
	if len(r.Undecided) > 0 {
		return ExitUndecided
	}
	for _, f := range r.Findings {
		if r.Fails(f) {
			return ExitFindings
		}
	}
	return ExitClean
}

// Fails reports whether one finding is enough to refuse.
func (r Report) Fails(f policy.Finding) bool {
	threshold := r.FailOn
	if threshold == 0 {
		threshold = policy.Error
	}
	return f.Blocks() && f.Action != policy.Warn && (f.Severity >= threshold || f.Severity < policy.Info)
}

// Counts sort each finding into exactly one heap: waived, else existing, else in
// dry-run, else by severity.
type Counts struct {
	Errors   int `json:"errors"`
	Warnings int `json:"warnings"`
	Infos    int `json:"infos"`
	Existing int `json:"existing"`
	Waived   int `json:"waived"`
	DryRun   int `json:"dry_run"`
}

// Count counts the findings.
func (r Report) Count() Counts {
	var c Counts
	for _, f := range r.Findings {
		switch {
		case f.Waived:
			c.Waived++
		case f.Existing:
			c.Existing++
		case f.Action == policy.DryRun:
			c.DryRun++
		case f.Severity == policy.Error:
			c.Errors++
		case f.Severity == policy.Warning:
			c.Warnings++
		default:
			c.Infos++
		}
	}
	return c
}

// status says in a word where a finding stands.
func status(f policy.Finding) string {
	switch {
	case f.Waived:
		return "waived"
	case f.Existing:
		return "existing"
	case f.Action == policy.DryRun:
		return "dry-run"
	}
	return "new"
}
