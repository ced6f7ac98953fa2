package report

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// A longer line is data, not something a person reads a mark in.
const longestFramedLine = 64 << 10

// frame shows the lines of the file around a finding, with a mark under the
// column, when the rule may be shown so and the lines are at hand.
func (t text) frame(f finding) {
	r := t.raw
	if r.Source == nil || r.Framed == nil || f.raw.Line <= 0 || !r.Framed(f.raw.Rule) {
		return
	}
	lines, first, ok := r.Source(f.raw.Path, f.raw.Commit, f.raw.Line)
	if !ok {
		return
	}
	for _, line := range lines {
		if len(line) > longestFramedLine {
			return
		}
	}
	gutter := len(fmt.Sprint(first + len(lines) - 1))
	room := max(t.Width-gutter-7, 20)
	for i, line := range lines {
		number, column := first+i, 0
		if number == f.raw.Line {
			column = f.raw.Column
		}
		shown, mark := frameLine(line, column, room)
		fmt.Fprintf(t, "    %s %s\n", t.dim(fmt.Sprintf("%*d |", gutter, number)), shown)
		if mark >= 0 {
			fmt.Fprintf(t, "    %s %s%s\n", t.dim(strings.Repeat(" ", gutter)+" |"), strings.Repeat(" ", mark), t.red("^"))
		}
	}
}

// frameLine makes a line harmless and at most room characters long, and says
// how many characters of it stand before the 1-based byte column; -1 when there
// is no column, or it lies beyond the line or in what was hidden.
func frameLine(line string, column, room int) (shown string, mark int) {
	line = strings.TrimSuffix(line, "\r")
	safe, before := mask(line), -1
	if column > 0 && column <= len(safe) && strings.HasPrefix(line, safe[:column-1]) {
		before = utf8.RuneCountInString(printLine(safe[:column-1]))
	}
	runes := []rune(printLine(safe))
	start := 0
	if before > room-10 {
		start = min(before-room/2, len(runes))
	}
	window := runes[start:]
	prefix := ""
	if start > 0 {
		prefix = "…"
	}
	if len(window) > room {
		window = append(window[:room:room], '…')
	}
	if before >= 0 {
		before += utf8.RuneCountInString(prefix) - start
	}
	return strings.TrimRight(prefix+string(window), " "), before
}

// printLine is Visible with tabs as indentation.
func printLine(s string) string { return Visible(strings.ReplaceAll(s, "\t", "    ")) }
