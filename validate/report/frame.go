package report

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// framed is how many lines before and after one are shown with it.
const framed = 1

// A longer line is data, not something a person reads a mark in.
const longestFramedLine = 64 << 10

// frameRow is one line of the file around a finding, harmless to show: what may
// be a credential is hidden in it.
type frameRow struct {
	Number int
	Text   string
	Found  bool // the line of the finding
	Mark   int  // characters before its column; -1 for none
}

// frame gives the lines of the file around a finding, when the rule may be shown
// so and the lines are at hand. room is how many characters of a line are shown.
func (v view) frame(f finding, room int) []frameRow {
	r := v.raw
	if r.Source == nil || r.Framed == nil || f.raw.Line <= 0 || !r.Framed(f.raw.Rule) {
		return nil
	}
	lines, first, ok := r.Source(f.raw.Path, f.raw.Commit, f.raw.Line)
	if !ok {
		return nil
	}
	lines = slices.Clone(lines)
	for i, line := range lines {
		if len(line) <= longestFramedLine {
			continue
		}
		if lines[i] = ""; f.raw.Line-framed <= first+i && first+i <= f.raw.Line+framed {
			return nil
		}
	}
	var rows []frameRow
	for i, safe := range maskLines(lines) {
		number := first + i
		if number < f.raw.Line-framed || number > f.raw.Line+framed {
			continue // it told what the others mean, and no more
		}
		row := frameRow{Number: number, Found: number == f.raw.Line}
		column := 0
		if row.Found {
			column = f.raw.Column
		}
		row.Text, row.Mark = frameLine(lines[i], safe, column, room)
		rows = append(rows, row)
	}
	return rows
}

// frameText writes a frame with characters alone: `>` before the line, `^` under
func frameText(rows []frameRow, dim, red func(string) string) []string {
	var text []string
	for _, row := range rows {
		gutter := len(fmt.Sprint(rows[len(rows)-1].Number))
		sign := " "
		if row.Found {
			sign = ">"
		}
		text = append(text, strings.TrimRight(red(sign)+dim(fmt.Sprintf(" %*d |", gutter, row.Number))+" "+row.Text, " "))
		if row.Mark >= 0 {
			text = append(text, dim(strings.Repeat(" ", gutter+2)+" |")+strings.Repeat(" ", row.Mark+1)+red("^"))
		}
	}
	return text
}

// frameLine makes a line, of which safe is the masked form, at most room
// characters long, and says how many characters of it stand before the 1-based
// byte column; -1 when there is no column, or it lies beyond the line or in what
// was hidden.
func frameLine(line, safe string, column, room int) (shown string, mark int) {
	line, safe = strings.TrimSuffix(line, "\r"), strings.TrimSuffix(safe, "\r")
	before := -1
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
