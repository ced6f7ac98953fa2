package report

import (
	"bufio"
	"cmp"
	"fmt"
	"slices"
)

// text writes for the pusher who was refused, and for a terminal: rule by rule,
// worst first, what is wrong, why it matters, where, and what to do; then what
// was not judged; then one line, which ends up next to the prompt. A pass
// without findings is that line.
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
	blocking, aside, dry := t.sorted()
	groups := groupByRule(blocking)
	full := len(groups)
	if o.Rules > 0 {
		full = min(full, o.Rules)
	}
	for _, group := range groups[:full] {
		t.group(group)
	}
	t.briefly(groups[full:])
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

// sorted parts what counts from what was there before or is waived, and from what
// is only tried.
func (t text) sorted() (blocking, aside, dry []finding) {
	for _, f := range t.findings {
		switch {
		case status(f.Finding) == "dry-run":
			dry = append(dry, f)
		case !f.Blocks():
			aside = append(aside, f)
		case !t.Quiet || f.fails:
			blocking = append(blocking, f)
		}
	}
	return blocking, aside, dry
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

// sharedRemedy is the remedy of all findings of a group, when they have one.
func sharedRemedy(group []finding) (remedy string, ok bool) {
	first := group[0].Remedy
	return first, !slices.ContainsFunc(group, func(f finding) bool { return f.Remedy != first })
}

func (t text) group(group []finding) {
	first, rule := group[0], t.rule(group[0])
	fmt.Fprintf(t, "%s  %s", t.severity(first.Severity), t.bold(first.Rule))
	if rule.Title != "" {
		fmt.Fprintf(t, "  %s", rule.Title)
	}
	fmt.Fprintln(t)
	why := firstSentence(rule.Description)
	t.note("why", wrap(why, t.Width-noteColumn))
	remedy, shared := sharedRemedy(group)
	shown := t.limited(len(group))
	tall := why != "" // what stands above a place; nothing but lists of one-liners go without an empty line
	for _, f := range group[:shown] {
		lines := t.finding(f)
		if !shared {
			lines = append(lines, t.fix(f.Remedy, f)...)
		}
		if tall || len(lines) > 1 {
			fmt.Fprintln(t)
		}
		tall = len(lines) > 1
		t.print(lines)
	}
	if tall && shown < len(group) {
		fmt.Fprintln(t)
	}
	t.more(len(group) - shown)
	fmt.Fprintln(t)
	if shared {
		t.print(t.fix(remedy, group...))
	}
	t.note("stage", stage(first.Finding))
	t.note("ticket", first.Ticket)
	t.note("docs", first.Docs)
	fmt.Fprintln(t)
}
