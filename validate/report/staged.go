package report

import (
	"fmt"

	"github.com/lotus-lake/lotus-gate/policy"
)

// upcoming says what will become of such findings, and from when; "" when nothing
// changes.
func upcoming(f policy.Finding) string {
	if f.Next == "" {
		return ""
	}
	return fmt.Sprintf("%s from %s", f.Next, f.Until)
}

// noted is the message with what is upcoming.
func (f finding) noted() string {
	if next := upcoming(f.Finding); next != "" {
		return f.Message + " (" + next + ")"
	}
	return f.Message
}

// stage says what holds until when and what comes next; nothing for a rule
// without stages to come.
func stage(f policy.Finding) string {
	if f.Next == "" {
		return ""
	}
	return fmt.Sprintf("%s, until it becomes %s on %s", f.Action, f.Next, f.Until)
}

// dryPlaces is how many places of a rule in dry-run are shown.
const dryPlaces = 3

// dryRun lists what rules say that do not count yet, a few of each.
func (t text) dryRun(findings []finding) {
	if len(findings) == 0 {
		return
	}
	fmt.Fprintln(t, t.bold("dry-run: does not count"))
	for _, group := range groupByRule(findings) {
		for _, f := range group[:min(len(group), dryPlaces)] {
			fmt.Fprintf(t, "  %s  %s: %s%s\n", f.Rule, place(f.Path, f.Line, f.Column), f.noted(), t.dim(inCommit(f.Commit)))
		}
		t.more(len(group) - dryPlaces)
	}
	fmt.Fprintln(t)
}
