package main

import (
	"io"
	"os"

	"golang.org/x/term"

	"github.com/lotus-lake/lotus-gate/validate/report"
)

const (
	// hookWidth is what a terminal of 80 columns has left beside "remote: ".
	hookWidth = 72
	// logWidth is for files and CI logs, and the most for a terminal: longer lines
	// of prose are hard to read.
	logWidth  = 100
	leastWide = 40

	// A refusal should fit a screen: these are the places of a rule and the rules
	// that are shown in full.
	placesShown = 5
	rulesShown  = 8
)

// options fit a report to what it is written to.
func (f *judgeFlags) options(w io.Writer) report.Options {
	o := report.Options{Quiet: f.quiet, Width: logWidth, Limit: placesShown, Rules: rulesShown, All: "`--format table` lists them all"}
	if file, ok := w.(*os.File); ok && term.IsTerminal(int(file.Fd())) {
		o.Color = !f.noColor && os.Getenv("NO_COLOR") == ""
		if columns, _, err := term.GetSize(int(file.Fd())); err == nil && columns > 0 {
			o.Width = min(max(columns, leastWide), logWidth)
		}
	}
	if f.hook {
		o.Width = min(o.Width, hookWidth)
		o.All = "`gate check --format table` in your clone lists them all"
	}
	return o
}
