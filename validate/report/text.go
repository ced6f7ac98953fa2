package report

import (
	"bufio"
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// text writes for the pusher who was refused, and for a terminal: what is
// wrong, where, why it matters and what to do, rule by rule, worst first; then
// what was not judged; then one line. A pass without findings is that line.
type text struct {
	*bufio.Writer
	view
	Options
	style
}

func writeText(w *bufio.Writer, v view, o Options) {
	if o.Quiet && v.code == ExitClean {
		return
	}
	t := text{w, v, o, style(o.Color)}
	var blocking, aside, dry []finding
	for _, f := range v.findings {
		switch {
		case status(f.Finding) == "dry-run":
			dry = append(dry, f)
		case !f.Blocks():
			aside = append(aside, f)
		case !o.Quiet || f.fails:
			blocking = append(blocking, f)
		}
	}
	for _, group := range groupByRule(blocking) {
		t.group(group)
	}
	if !o.Quiet && (len(blocking) > 0 || len(v.undecided) > 0) {
		t.aside(aside)
	}
	if !o.Quiet {
		t.dryRun(dry)
		t.unseen()
	}
	if len(v.undecided) > 0 {
		fmt.Fprintln(t, t.bold(t.red("could not decide")))
		for _, u := range v.undecided {
			fmt.Fprintf(t, "  %s\n", indent(u, 2))
		}
		fmt.Fprintln(t)
	}
	fmt.Fprintln(t, v.summary())
}

// groupByRule keeps the order of findings within a rule; the rules come worst
// first, then by name. Those that become something else at another time are apart.
func groupByRule(findings []finding) [][]finding {
	sorted := slices.Clone(findings)
	slices.SortStableFunc(sorted, func(a, b finding) int {
		return cmp.Or(cmp.Compare(b.Severity, a.Severity), cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.Until, b.Until), cmp.Compare(a.Next, b.Next))
	})
	var groups [][]finding
	for i, f := range sorted {
		if i == 0 || f.Rule != sorted[i-1].Rule || f.Severity != sorted[i-1].Severity || f.Until != sorted[i-1].Until || f.Next != sorted[i-1].Next {
			groups = append(groups, nil)
		}
		groups[len(groups)-1] = append(groups[len(groups)-1], f)
	}
	return groups
}

func (t text) group(group []finding) {
	first, rule := group[0], t.rule(group[0])
	fmt.Fprintf(t, "%s  %s", t.severity(first.Severity), t.bold(first.Rule))
	if rule.Title != "" {
		fmt.Fprintf(t, "  %s", rule.Title)
	}
	fmt.Fprintln(t)
	shared := !slices.ContainsFunc(group, func(f finding) bool { return f.Remedy != first.Remedy })
	shown := t.limited(len(group))
	for _, f := range group[:shown] {
		fmt.Fprintf(t, "  %s: %s%s\n", t.bold(place(f.Path, f.Line, f.Column)), f.Message, t.dim(inCommit(f.Commit)))
		t.frame(f)
		if !shared {
			t.note("fix", wrapLines(f.Remedy, t.Width-10))
		}
	}
	t.more(len(group) - shown)
	t.note("why", wrap(firstSentence(rule.Description), t.Width-10))
	if shared {
		t.note("fix", wrapLines(first.Remedy, t.Width-10))
	}
	t.note("stage", t.stage(first.Finding))
	t.note("ticket", first.Ticket)
	t.note("docs", first.Docs)
	fmt.Fprintln(t)
}

// aside lists what does not count: it was there before, or it is waived.
func (t text) aside(findings []finding) {
	if len(findings) == 0 {
		return
	}
	fmt.Fprintln(t, t.dim("not counted: there before this change, or waived"))
	shown := t.limited(len(findings))
	for _, f := range findings[:shown] {
		fmt.Fprintln(t, t.dim(fmt.Sprintf("  %-8s  %s  %s: %s%s", status(f.Finding), f.Rule,
			place(f.Path, f.Line, f.Column), f.Message, inCommit(f.Commit))))
	}
	t.more(len(findings) - shown)
	fmt.Fprintln(t)
}

func (t text) unseen() {
	if len(t.notInspected) == 0 {
		return
	}
	fmt.Fprintln(t, t.bold("not inspected"))
	shown := t.limited(len(t.notInspected))
	for _, n := range t.notInspected[:shown] {
		fmt.Fprintf(t, "  %s: %s%s\n", place(n.Path, 0, 0), n.Reason, t.dim(inCommit(n.Commit)))
	}
	t.more(len(t.notInspected) - shown)
	fmt.Fprintln(t)
}

func (t text) limited(n int) int {
	if t.Limit > 0 {
		return min(n, t.Limit)
	}
	return n
}

func (t text) more(n int) {
	if n > 0 {
		fmt.Fprintf(t, "  … and %d more; --format table or json lists them all\n", n)
	}
}

func (t text) note(name, body string) {
	if body != "" {
		fmt.Fprintf(t, "  %s  %s\n", t.dim(fmt.Sprintf("%-6s", name)), indent(body, 10))
	}
}

func indent(s string, by int) string {
	return strings.ReplaceAll(s, "\n", "\n"+strings.Repeat(" ", by))
}
