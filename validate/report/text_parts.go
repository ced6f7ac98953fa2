package report

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// noteColumn is where the text of a note begins.
const noteColumn = 10

// finding shows one place: on one line where it fits, or else the message and
// the lines of the file below it.
func (t text) finding(f finding) []string {
	where, commit := place(f.Path, f.Line, f.Column), inCommit(f.in)
	message := f.saying()
	var lines []string
	if utf8.RuneCountInString("  "+where+": "+message+commit) <= t.Width {
		lines = append(lines, fmt.Sprintf("  %s: %s%s", t.bold(where), message, t.dim(commit)))
	} else {
		lines = append(lines, "  "+t.bold(where))
		lines = append(lines, strings.Split("    "+indent(wrap(message+commit, t.Width-4), 4), "\n")...)
	}
	for _, line := range frameText(t.frame(f, max(t.Width-14, 20)), t.dim, t.red) {
		lines = append(lines, "    "+line)
	}
	return lines
}

// fix is the remedy. What is to be pasted stands apart from what is said about
// it, and is never wrapped.
func (t text) fix(remedy string, of ...finding) []string {
	var lines []string
	for _, step := range remedySteps(remedy, of...) {
		for _, line := range step.paste {
			lines = append(lines, "    "+t.command(line))
		}
		if step.prose != "" {
			lines = append(lines, strings.Split(wrap(step.prose, t.Width-noteColumn), "\n")...)
		}
	}
	for i, line := range lines {
		name := ""
		if i == 0 {
			name = "fix"
		}
		lines[i] = strings.TrimRight(t.noteName(name)+line, " ")
	}
	return lines
}

// briefly names the rules for which there was no room, a line each.
func (t text) briefly(groups [][]finding) {
	if len(groups) == 0 {
		return
	}
	fmt.Fprintln(t, t.bold(count(len(groups), "more rule", "more rules")))
	for _, group := range groups {
		first := group[0]
		fmt.Fprintf(t, "  %s%*s  %s  %s, first %s\n", t.severity(first.Severity), len("warning")-len(first.Severity.String()), "", first.Rule,
			count(len(group), "finding", "findings"), place(first.Path, first.Line, first.Column))
	}
	fmt.Fprintf(t, "  %s\n\n", t.All)
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
			place(f.Path, f.Line, f.Column), f.Message, inCommit(f.in))))
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
		fmt.Fprintf(t, "  … and %d more; %s\n", n, t.All)
	}
}

func (t text) print(lines []string) {
	for _, line := range lines {
		fmt.Fprintln(t, line)
	}
}

func (t text) note(name, body string) {
	if body != "" {
		fmt.Fprintf(t, "%s%s\n", t.noteName(name), indent(body, noteColumn))
	}
}

// noteName is what stands in front of a note, or of a line that goes on.
func (t text) noteName(name string) string {
	if name == "" {
		return strings.Repeat(" ", noteColumn)
	}
	return "  " + t.dim(fmt.Sprintf("%-*s", noteColumn-4, name)) + "  "
}

func indent(s string, by int) string {
	return strings.ReplaceAll(s, "\n", "\n"+strings.Repeat(" ", by))
}
