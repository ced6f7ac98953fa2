package report

import (
	"strings"
	"time"

	"github.com/lotus-lake/lotus-gate/policy"
)

const (
	commitA = "4f2a9c1d8e70b3a5c6d7e8f901234567890abcde"
	commitB = "0b1c2d3e4f5a6b7c8d9e0f1a2b3c4d5e6f708192"
)

// sampleRules are three rules as METADATA would give them.
func sampleRules(id string) (policy.Rule, bool) {
	for _, rule := range []policy.Rule{
		{
			ID: "state/committed", Title: "Terraform state in git", Severity: policy.Error, Ticket: "TICKET-003",
			Description: "State holds every credential of the platform in plain text, and git keeps it for ever.\nWho clones the repository has them.",
			Remediation: "git rm --cached FILE",
		},
		{
			ID: "backfill/overdue", Title: "Backfill flag left on", Severity: policy.Error, Ticket: "TODO-004",
			Description: "A flag that stays on hides the next backfill.",
			Remediation: "set \"backfill\" to false",
		},
		{
			ID: "terraform/unused_variable", Title: "Unused variable", Severity: policy.Warning, Ticket: "TODO-001",
			Description: "Nobody knows whether it may go.", Remediation: "remove the variable",
		},
	} {
		if rule.ID == id {
			return rule, true
		}
	}
	return policy.Rule{}, false
}

var sampleFiles = map[string]string{
	"dag/streams/shopify/orders.json": "{\n\t\"stream\": \"orders\",\n\t\"backfill\": true,\n\t\"api_key\": \"shpat_0123456789abcdef\"\n}",
	"terraform/variables.tf":          "variable \"größe\" { default = 1 } variable \"old\" {}",
	"terraform/terraform.tfstate":     "{\"version\": 4}",
}

// sampleSource gives one line around.
func sampleSource(path, _ string, line int) (lines []string, first int, ok bool) {
	text, ok := sampleFiles[path]
	if !ok {
		return nil, 0, false
	}
	all := strings.Split(text, "\n")
	from, to := max(line-2, 0), min(line+1, len(all))
	return all[from:to], from + 1, true
}

// refused has a finding of every kind, from rules with and without METADATA.
func refused() Report {
	docs := func(id string) string { return policy.Rule{ID: id, Shipped: true}.Docs() }
	return Report{
		Findings: policy.Sort([]policy.Finding{
			{
				Rule: "state/committed", Severity: policy.Error, Message: "holds Terraform state {version 4, serial 12}",
				Remedy: "take it out of every commit:\ngit rm --cached terraform/terraform.tfstate\necho '*.tfstate' >> .gitignore", Path: "terraform/terraform.tfstate",
				Line: 1, Column: 1, Commit: commitA, Ticket: "TICKET-003", Docs: docs("state/committed"),
			},
			{
				Rule: "state/committed", Severity: policy.Error, Message: "holds Terraform state (version 4, serial 11)",
				Remedy: "take it out, `git rm --cached <file>`, and commit again (`git commit --amend`)", Path: "a b,c:d%.txt",
				Line: 1, Column: 1, Commit: commitB, Ticket: "TICKET-003", Docs: docs("state/committed"),
			},
			{
				Rule: "backfill/overdue", Severity: policy.Error, Message: "backfill of stream orders has been on for 12 days",
				Remedy: "set \"backfill\" to false", Path: "dag/streams/shopify/orders.json", Line: 3, Column: 2,
				Field: "backfill", Ticket: "TODO-004", Docs: docs("backfill/overdue"),
			},
			{
				Rule: "terraform/unused_variable", Severity: policy.Warning, Message: "nothing uses variable old",
				Remedy: "remove the variable", Path: "terraform/variables.tf", Line: 1, Column: 37, Ticket: "TODO-001",
				Docs: docs("terraform/unused_variable"),
			},
			{Rule: "own/note", Severity: policy.Info, Message: "the repository has no README"},
			{
				Rule: "terraform/unused_variable", Severity: policy.Warning, Message: "nothing uses variable older", Existing: true,
				Remedy: "remove the variable", Path: "terraform/variables.tf", Line: 9, Column: 1, Ticket: "TODO-001",
				Docs: docs("terraform/unused_variable"),
			},
			{
				Rule: "state/committed", Severity: policy.Error, Message: "holds Terraform state", Waived: true,
				Remedy: "git rm --cached docs/example.tfstate", Path: "docs/example.tfstate", Line: 1, Ticket: "TICKET-003",
				Docs: docs("state/committed"),
			},
		}),
		NotInspected: []NotInspected{
			{Path: "vendor/airbyte", Commit: commitA, Reason: "submodule"},
			{Path: "dump #1.zip", Reason: "archive: more than 100 MiB unpacked"},
		},
		Summary: Summary{Commits: 4, Documents: 120, Duration: 1234 * time.Millisecond},
		Version: "1.2.3", Rules: sampleRules, Source: sampleSource,
		Framed: func(rule string) bool { return rule != "state/committed" },
	}
}

func passed() Report {
	return Report{Summary: Summary{Documents: 1, Duration: 42 * time.Millisecond}, Rules: sampleRules}
}

// settled passes, with findings that do not count.
func settled() Report {
	r := refused()
	var findings []policy.Finding
	for _, f := range r.Findings {
		if !f.Blocks() {
			findings = append(findings, f)
		}
	}
	r.Findings, r.NotInspected = findings, nil
	return r
}

// staged has findings of rules that tighten by themselves, beside one that does not.
func staged() Report {
	r := refused()
	finding := func(line int, action policy.Action, until string, next policy.Action) policy.Finding {
		severity := policy.Error
		if action == policy.Warn {
			severity = policy.Warning
		}
		return policy.Finding{
			Rule: "backfill/overdue", Severity: severity, Message: "backfill of a stream has been on for 12 days", Remedy: "set \"backfill\" to false",
			Path: "dag/streams/shopify/orders.json", Line: line, Column: 2, Action: action, Until: until, Next: next,
		}
	}
	r.Findings, r.NotInspected = policy.Sort([]policy.Finding{
		finding(1, policy.DryRun, "2026-12-01", policy.Warn), finding(2, policy.DryRun, "2026-12-01", policy.Warn),
		finding(3, policy.DryRun, "2026-12-01", policy.Warn), finding(4, policy.DryRun, "2026-12-01", policy.Warn),
		finding(5, policy.DryRun, "", ""), finding(6, policy.Warn, "2027-01-01", policy.Deny), finding(7, policy.Deny, "", ""),
	}), nil
	return r
}

func undecided() Report {
	return Report{
		Undecided: []string{"dag/streams/x.json: judge stream: time limit exceeded: no verdict after 10s", "read pack:\nchecksum differs"},
		Summary:   Summary{Commits: 1, Documents: 3, Duration: 65 * time.Second}, Rules: sampleRules,
	}
}

// crowded has more than a screen takes: long names, messages and remedies, many
// places of a rule, many rules.
func crowded() Report {
	r := refused()
	const long = "orchestration/airbyte/terraform/modules/connections/shopify-europe-and-the-middle-east/before-the-move.json"
	for i := range 7 {
		r.Findings = append(r.Findings, policy.Finding{
			Rule: "state/committed", Severity: policy.Error, Path: strings.Repeat("x", i) + long, Line: 1, Column: 1, Commit: commitA,
			Message: strings.Repeat("x", i) + long + " must not be committed: it holds state v4 (lineage 5b6f9f7e-2f0d-4f0c-9a51-0f8f1f6f2c11, serial 12, terraform 1.5.7)",
			Remedy:  "rewrite the commit that holds it, a later deletion does not help: `git rm --cached <file>`, `git commit --amend`; change every credential that was in it",
			Ticket:  "TICKET-003",
		})
		r.Findings = append(r.Findings, policy.Finding{Rule: "own/rule", Severity: policy.Error, Path: "a", Line: i + 1, Message: "is wrong", Remedy: "mend it"})
	}
	r.Findings = policy.Sort(r.Findings)
	return r
}
