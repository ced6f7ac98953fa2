package report

import (
	"bufio"
	"strings"
)

// writeJUnit calls what does not refuse skipped, with the reason. A pass is one
// passed case, since servers take a report without cases for a broken one.
func writeJUnit(w *bufio.Writer, v view) error {
	var suites []Suite
	for _, group := range groupByRule(v.findings) {
		var cases []Case
		for _, f := range group {
			cases = append(cases, junitFinding(f))
		}
		suites = append(suites, Suite{Name: group[0].Rule, Cases: cases})
	}
	var rest []Case
	for _, u := range v.undecided {
		rest = append(rest, Case{Class: "lotus-gate", Name: "verdict", Error: &Outcome{Message: "could not decide", Type: "undecided", Text: u}})
	}
	for _, n := range v.notInspected {
		rest = append(rest, Case{
			Class: "lotus-gate", Name: place(n.Path, 0, 0) + inCommit(n.Commit), File: n.Path,
			Skipped: &Outcome{Message: "not inspected: " + n.Reason},
		})
	}
	if len(rest)+len(suites) == 0 {
		rest = []Case{{Class: "lotus-gate", Name: "verdict"}}
	}
	if len(rest) > 0 {
		suites = append(suites, Suite{Name: "lotus-gate", Cases: rest})
	}
	return WriteSuites(w, "lotus-gate", v.raw.Summary.Duration, suites)
}

func junitFinding(f finding) Case {
	c := Case{Class: f.Rule, Name: place(f.Path, f.Line, f.Column) + inCommit(f.Commit), File: f.Path, Line: f.Line}
	switch {
	case f.fails:
		lines := []string{f.Message}
		for _, note := range [][2]string{{"fix", f.Remedy}, {"commit", f.Commit}, {"ticket", f.Ticket}, {"docs", f.Docs}} {
			if note[1] != "" {
				lines = append(lines, note[0]+": "+note[1])
			}
		}
		c.Failure = &Outcome{Message: f.Message, Type: f.Severity.String(), Text: strings.Join(lines, "\n")}
	case f.Blocks():
		c.Skipped = &Outcome{Message: f.Severity.String() + ": " + f.noted()}
	default:
		c.Skipped = &Outcome{Message: status(f.Finding) + ": " + f.noted()}
	}
	return c
}
