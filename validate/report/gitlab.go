package report

import (
	"bufio"
	"fmt"

	"github.com/lotus-lake/lotus-gate/policy"
)

// gitlabIssue is an entry of GitLab's code quality report (GitLab docs, "Code
// Quality: implement a custom tool"). All fields are required there, and paths
// must not begin with "./".
type gitlabIssue struct {
	Description string         `json:"description"`
	CheckName   string         `json:"check_name"`
	Fingerprint string         `json:"fingerprint"`
	Severity    string         `json:"severity"`
	Location    gitlabLocation `json:"location"`
}

type gitlabLocation struct {
	Path  string      `json:"path"`
	Lines gitlabLines `json:"lines"`
}

type gitlabLines struct {
	Begin int `json:"begin"`
}

// writeGitLab leaves waived findings out, as GitLab knows none, and keeps
// existing ones as minor: GitLab compares with the target branch itself, by
// fingerprint.
func writeGitLab(w *bufio.Writer, v view) error {
	issues := []gitlabIssue{}
	add := func(check, severity, print, path, description string, line int) {
		if path == "" {
			path = "."
		}
		issues = append(issues, gitlabIssue{description, check, print, severity, gitlabLocation{path, gitlabLines{max(line, 1)}}})
	}
	for _, f := range v.findings {
		if !f.Waived {
			add(f.Rule, gitlabSeverity(f.Finding), f.fingerprint, f.Path, f.noted()+inCommit(f.Commit), f.Line)
		}
	}
	// These have fingerprints of their own kind, made the same way.
	var rest []policy.Finding
	for _, u := range v.raw.Undecided {
		rest = append(rest, policy.Finding{Rule: "undecided", Field: u})
	}
	for _, n := range v.raw.NotInspected {
		rest = append(rest, policy.Finding{Rule: "not_inspected", Path: n.Path})
	}
	prints := fingerprints(rest)
	for i, u := range v.undecided {
		add("undecided", "blocker", prints[i], "", fmt.Sprintf("could not decide: %s", u), 1)
	}
	for i, n := range v.notInspected {
		add("not_inspected", "info", prints[len(v.undecided)+i], n.Path, "not inspected: "+n.Reason+inCommit(n.Commit), 1)
	}
	return encodeJSON(w, issues)
}

func gitlabSeverity(f policy.Finding) string {
	switch {
	case f.Severity == policy.Info, f.Action == policy.DryRun:
		return "info"
	case f.Existing:
		return "minor"
	case f.Severity == policy.Warning:
		return "major"
	}
	return "blocker"
}
