package report

import (
	"fmt"
	"strings"

	"github.com/lotus-lake/lotus-gate/policy"
)

// view is a report whose text is fit for one family of formats, so that no
// format has to remember to escape.
type view struct {
	raw          Report
	code         int
	counts       Counts
	findings     []finding
	notInspected []NotInspected
	undecided    []string
	clean        func(string) string
}

// finding is a finding with clean text.
type finding struct {
	policy.Finding
	raw         policy.Finding
	fails       bool
	fingerprint string
	in          string // the commit, where it says something that the others do not
}

func newView(r Report, clean func(string) string) view {
	v := view{
		raw: r, code: r.ExitCode(), counts: r.Count(), clean: clean,
		findings: make([]finding, len(r.Findings)), notInspected: make([]NotInspected, len(r.NotInspected)),
	}
	prints := fingerprints(r.Findings)
	for i, f := range r.Findings {
		v.findings[i] = finding{Finding: policy.Finding{
			Rule: clean(f.Rule), Severity: f.Severity, Message: clean(f.Message), Remedy: v.lines(f.Remedy),
			Path: clean(f.Path), Line: max(f.Line, 0), Column: max(f.Column, 0), Field: clean(f.Field),
			Commit: clean(f.Commit), Existing: f.Existing, Waived: f.Waived, Ticket: clean(f.Ticket), Docs: clean(f.Docs),
			Action: f.Action, Until: f.Until, Next: f.Next,
		}, raw: f, fails: r.Fails(f), fingerprint: prints[i]}
	}
	v.tellCommits()
	for i, n := range r.NotInspected {
		v.notInspected[i] = NotInspected{Path: clean(n.Path), Commit: clean(n.Commit), Reason: clean(n.Reason)}
	}
	for _, u := range r.Undecided {
		v.undecided = append(v.undecided, v.lines(u))
	}
	return v
}

// tellCommits leaves out the commit of what was found in the result of a change,
// unless there are several results: whoever reads knows what was judged.
func (v view) tellCommits() {
	results := map[string]bool{}
	ofResult := make([]bool, len(v.findings))
	for i, f := range v.findings {
		if rule, ok := v.metadata(f); ok && rule.When == policy.Tip {
			ofResult[i], results[f.Commit] = true, true
		}
	}
	for i, f := range v.findings {
		if !ofResult[i] || len(results) > 1 {
			v.findings[i].in = f.Commit
		}
	}
}

// lines cleans text that may have several lines.
func (v view) lines(s string) string {
	if v.clean("\n") != "\n" {
		return VisibleLines(s)
	}
	return v.clean(s)
}

// saying is the message where the path stands before it already.
func (f finding) saying() string { return strings.TrimPrefix(f.Message, f.Path+" ") }

// rule is a rule's METADATA with clean text; what is not known is empty.
func (v view) rule(f finding) policy.Rule {
	rule, ok := v.metadata(f)
	if !ok {
		return policy.Rule{}
	}
	rule.Title, rule.Description, rule.Remediation = v.clean(rule.Title), v.lines(rule.Description), v.lines(rule.Remediation)
	rule.Ticket = v.clean(rule.Ticket)
	return rule
}

func (v view) metadata(f finding) (policy.Rule, bool) {
	if v.raw.Rules == nil {
		return policy.Rule{}, false
	}
	return v.raw.Rules(f.raw.Rule)
}

// place writes where as editors and terminals link it: path:line:column, as
// far as it is known.
func place(path string, line, column int) string {
	switch {
	case path == "":
		return "(repository)"
	case line <= 0:
		return path
	case column <= 0:
		return fmt.Sprintf("%s:%d", path, line)
	}
	return fmt.Sprintf("%s:%d:%d", path, line, column)
}

// shortCommit is enough of an id, SHA-1 or SHA-256, to find the commit.
func shortCommit(id string) string {
	if len(id) == 40 || len(id) == 64 {
		return strings.ToValidUTF8(id[:12], "")
	}
	return id
}

// inCommit is a note of the commit, or nothing for a working tree.
func inCommit(id string) string {
	if id == "" {
		return ""
	}
	return " (commit " + shortCommit(id) + ")"
}

// firstSentence is why a rule exists, in one sentence.
func firstSentence(description string) string {
	text := strings.Join(strings.Fields(description), " ")
	if end := strings.Index(text, ". "); end >= 0 {
		return text[:end+1]
	}
	return text
}
