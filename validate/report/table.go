package report

import (
	"bufio"
	"fmt"
	"strings"
	"unicode/utf8"
)

// writeTable writes one line a finding, in columns, for reading long lists and
// for cut and sort. Nothing is left out or shortened.
func writeTable(w *bufio.Writer, v view, o Options) {
	if o.Quiet && v.code == ExitClean {
		return
	}
	rows := [][]string{{"SEVERITY", "STATUS", "RULE", "PLACE", "COMMIT", "MESSAGE"}}
	for _, f := range v.findings {
		if !o.Quiet || f.fails {
			rows = append(rows, []string{
				f.Severity.String(), status(f.Finding), f.Rule, place(f.Path, f.Line, f.Column), shortCommit(f.Commit), f.noted(),
			})
		}
	}
	if !o.Quiet {
		for _, n := range v.notInspected {
			rows = append(rows, []string{"-", "not inspected", "-", place(n.Path, 0, 0), shortCommit(n.Commit), n.Reason})
		}
	}
	for _, u := range v.undecided {
		rows = append(rows, []string{"-", "undecided", "-", "-", "", Visible(u)})
	}
	if len(rows) > 1 {
		align(w, rows)
	}
	fmt.Fprintln(w, v.summary())
}

func align(w *bufio.Writer, rows [][]string) {
	widths := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	for _, row := range rows {
		var line strings.Builder
		for i, cell := range row {
			fmt.Fprintf(&line, "%-*s  ", widths[i], cell)
		}
		fmt.Fprintln(w, strings.TrimRight(line.String(), " "))
	}
}
