package report

import (
	"bufio"
	"cmp"
	"fmt"
	"strings"
)

// markdownMarker is the first line of every comment, by which a bot finds the one
// that it wrote before. It never changes.
const markdownMarker = "<!-- lotus-gate -->"

const (
	// markdownLimit bounds the comment in bytes, and so in characters. GitHub and
	// Gitea take 65,536 characters; the rest is for what a bot puts around it.
	markdownLimit = 60_000
	// markdownOpen is how many findings of a rule are open to view; the others are
	// folded away.
	markdownOpen = 3
	// markdownFrame is how wide lines of a file are.
	markdownFrame = 100
)

// writeMarkdown writes a comment for a pull request on GitHub, GitLab, Gitea or
// Forgejo. Nothing that came from the repository can become markup, a mention or
// a link: see prose. What does not fit is counted. There is no duration in it,
// so that an unchanged verdict is an unchanged comment.
func writeMarkdown(w *bufio.Writer, v view) {
	m := markdown{view: v, room: markdownLimit}
	m.add(markdownMarker + "\n")
	m.add("### " + map[int]string{ExitClean: "✅ Passed", ExitFindings: "❌ Refused", ExitUndecided: "⚠️ Could not decide"}[v.code] + ": " + v.tally() + "\n")
	m.noVerdict()
	var blocking, aside []finding
	for _, f := range v.findings {
		if f.Blocks() {
			blocking = append(blocking, f)
		} else {
			aside = append(aside, f)
		}
	}
	for _, group := range groupByRule(blocking) {
		m.group(group)
	}
	if m.left > 0 {
		m.end(fmt.Sprintf("\n**… and %s.** `gate check --format table` lists them all.\n", count(m.left, "more finding", "more findings")))
	}
	m.folded(count(len(aside), "finding", "findings")+" not counted: there before this change, waived, or in dry-run", aside, func(f finding) string {
		return fmt.Sprintf("%s %s %s: %s", status(f.Finding), code(f.Rule), code(place(f.Path, f.Line, f.Column)), prose(f.noted()))
	})
	unseen := make([]finding, len(v.notInspected))
	for i, n := range v.notInspected {
		unseen[i].Path, unseen[i].Commit, unseen[i].Message = n.Path, n.Commit, n.Reason
	}
	m.folded(fmt.Sprintf("%d not inspected", len(unseen)), unseen, func(f finding) string {
		return code(place(f.Path, 0, 0)) + markdownCommit(f.Commit) + ": " + prose(f.Message)
	})
	fmt.Fprint(w, m.String())
}

// noVerdict lists what there is no verdict on, in at most half of the comment.
func (m *markdown) noVerdict() {
	if len(m.undecided) == 0 {
		return
	}
	text, shown := "", 0
	for _, u := range m.undecided {
		if len(text)+len(u) > markdownLimit/2 {
			break
		}
		text += u + "\n"
		shown++
	}
	if left := len(m.undecided) - shown; left > 0 {
		text += fmt.Sprintf("… and %d more\n", left)
	}
	m.add("\nThere is no verdict on this, so it is not let through:\n\n" + codeBlock("text", strings.TrimSuffix(text, "\n")))
}

// markdown gathers a comment as long as there is room.
type markdown struct {
	strings.Builder
	view
	room int // bytes left
	left int // findings that were left out
}

// add appends text if it fits.
func (m *markdown) add(text string) bool {
	if len(text) > m.room-markdownReserve {
		return false
	}
	m.end(text)
	return true
}

// markdownReserve is kept for the lines that count what was left out.
const markdownReserve = 1000

func (m *markdown) end(text string) {
	m.WriteString(text)
	m.room -= len(text)
}

// group writes a rule's findings: all of it that fits, and at least one or nothing.
func (m *markdown) group(group []finding) {
	first, rule := group[0], m.rule(group[0])
	head := fmt.Sprintf("\n#### %s: %s\n", first.Severity, prose(cmp.Or(rule.Title, first.Rule)))
	if why := firstSentence(rule.Description); why != "" {
		head += "\n" + prose(why) + "\n"
	}
	remedy, shared := sharedRemedy(group)
	places := make([]string, len(group))
	for i, f := range group {
		places[i] = m.place(f)
		if !shared {
			places[i] += markdownFix(f.Remedy, f)
		}
	}
	tail := m.tail(first)
	if shared {
		tail = markdownFix(remedy, group...) + tail
	}
	open := min(len(places), markdownOpen)
	for open > 0 && !m.add(head+strings.Join(places[:open], "")+tail) {
		open--
	}
	if open == 0 {
		m.left += len(group)
		return
	}
	rest := places[open:]
	folded := func(n int) string {
		return fmt.Sprintf("\n<details><summary>%s</summary>\n%s\n</details>\n", count(n, "more place", "more places"), strings.Join(rest[:n], ""))
	}
	fits := len(rest)
	for fits > 0 && !m.add(folded(fits)) {
		fits /= 2
	}
	m.left += len(rest) - fits
}

func (m *markdown) place(f finding) string {
	text := fmt.Sprintf("\n**%s**%s: %s\n", code(place(f.Path, f.Line, f.Column)), markdownCommit(f.in), prose(f.saying()))
	plain := func(s string) string { return s }
	if rows := frameText(m.frame(f, markdownFrame), plain, plain); len(rows) > 0 {
		text += "\n" + codeBlock("text", strings.Join(rows, "\n"))
	}
	return text
}

func markdownCommit(id string) string {
	if id == "" {
		return ""
	}
	return " in " + code(shortCommit(id))
}

func markdownFix(remedy string, of ...finding) string {
	text, label := "", "**Fix:** "
	for _, step := range remedySteps(remedy, of...) {
		if step.prose != "" {
			text += "\n" + label + prose(step.prose) + "\n"
			label = ""
			continue
		}
		if label != "" {
			text, label = text+"\n"+strings.TrimSpace(label)+"\n", ""
		}
		language := "text"
		if step.shell {
			language = "sh"
		}
		text += "\n" + codeBlock(language, strings.Join(step.paste, "\n"))
	}
	return text
}

func (m *markdown) tail(f finding) string {
	parts := []string{code(f.Rule)}
	if stage := stage(f.Finding); stage != "" {
		parts = append(parts, prose(stage))
	}
	if f.Ticket != "" {
		parts = append(parts, prose(f.Ticket))
	}
	if f.Docs != "" {
		parts = append(parts, link("why, and examples", f.Docs))
	}
	return "\n" + strings.Join(parts, " · ") + "\n"
}

// folded writes a list that is not open to view.
func (m *markdown) folded(summary string, list []finding, line func(finding) string) {
	if len(list) == 0 {
		return
	}
	lines := make([]string, len(list))
	for i, f := range list {
		lines[i] = "- " + line(f) + "\n"
	}
	for fits := len(lines); fits > 0; fits /= 2 {
		more := ""
		if fits < len(lines) {
			more = fmt.Sprintf("- … and %d more\n", len(lines)-fits)
		}
		if m.add(fmt.Sprintf("\n<details><summary>%s</summary>\n\n%s%s\n</details>\n", summary, strings.Join(lines[:fits], ""), more)) {
			return
		}
	}
	m.end("\n" + summary + "\n")
}
