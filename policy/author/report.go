package author

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/cover"
	"github.com/open-policy-agent/opa/v1/tester"
	"github.com/open-policy-agent/opa/v1/topdown"

	"github.com/lotus-lake/lotus-gate/validate/report"
)

// Formats of a test report; the first is the default.
var Formats = []string{"pretty", "json", "junit"}

// Write writes a test report. Pretty and JSON are those of `opa test`; verbose names
// what passed too.
func (r Report) Write(w io.Writer, format string, verbose, bench bool) error {
	switch format {
	case "json":
		return r.writeJSON(w)
	case "junit":
		return r.writeJUnit(w)
	}
	var b bytes.Buffer
	for _, section := range []struct {
		title   string
		results []*tester.Result
	}{{"Rego tests", r.Rego}, {"examples", r.Examples}, {"mutation examples", r.Mutations}} {
		if len(section.results) == 0 {
			continue
		}
		fmt.Fprintln(&b, section.title)
		isRego := section.title == "Rego tests" // the others have no line of Rego that failed
		pretty := tester.PrettyReporter{
			Output: &b, Verbose: verbose, FailureLine: isRego, LocalVars: isRego, BenchmarkResults: bench, BenchMarkShowAllocations: true,
		}
		if err := pretty.Report(channel(section.results)); err != nil {
			return err
		}
	}
	if r.Coverage != nil {
		writeCoverage(&b, *r.Coverage)
	}
	_, err := fmt.Fprintln(w, report.VisibleLines(strings.ReplaceAll(b.String(), "\t", "    ")))
	return err
}

func channel(results []*tester.Result) chan *tester.Result {
	ch := make(chan *tester.Result, len(results))
	for _, result := range results {
		ch <- result
	}
	close(ch)
	return ch
}

// writeCoverage tells how much is covered, and what is not.
func writeCoverage(w io.Writer, c cover.Report) {
	fmt.Fprintf(w, "coverage: %.1f%% of %d lines\n", c.Coverage, c.CoveredLines+c.NotCoveredLines)
	for _, name := range slices.Sorted(maps.Keys(c.Files)) {
		for _, r := range c.Files[name].NotCovered {
			lines := fmt.Sprint(r.Start.Row)
			if r.End.Row > r.Start.Row {
				lines += fmt.Sprintf("-%d", r.End.Row)
			}
			fmt.Fprintf(w, "  %s:%s: no test reaches it\n", name, lines)
		}
	}
}

// writeJSON writes the results as `opa test` does, and the coverage beside them when
// there is one. Traces are left out: they are for reading.
func (r Report) writeJSON(w io.Writer) error {
	results := []*tester.Result{}
	for _, result := range r.All() {
		bare := *result
		bare.Trace = nil
		results = append(results, &bare)
	}
	if r.Coverage == nil {
		return tester.JSONReporter{Output: w}.Report(channel(results))
	}
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	return enc.Encode(struct {
		Results  []*tester.Result `json:"results"`
		Coverage *cover.Report    `json:"coverage"`
	}{results, r.Coverage})
}

func (r Report) writeJUnit(w io.Writer) error {
	var suites []report.Suite
	for _, t := range r.All() {
		if n := len(suites); n == 0 || suites[n-1].Name != t.Package {
			suites = append(suites, report.Suite{Name: t.Package})
		}
		c := report.Case{Class: t.Package, Name: report.Visible(t.Name), File: report.Visible(t.Location.File), Line: t.Location.Row, Time: report.Seconds(t.Duration)}
		switch said := report.VisibleLines(string(t.Output)); {
		case t.Skip:
			c.Skipped = &report.Outcome{Message: "skipped"}
		case t.Error != nil:
			c.Error = &report.Outcome{Message: "it cannot be evaluated", Text: report.VisibleLines(t.Error.Error()+stack(t.Error)) + "\n" + said}
		case t.Fail:
			c.Failure = &report.Outcome{Message: "it does not hold", Text: said}
		}
		last := &suites[len(suites)-1]
		last.Cases = append(last.Cases, c)
	}
	return report.WriteSuites(w, "gate policy test", r.Duration, suites)
}

// stack is where a built-in function went wrong, from the outside in.
func stack(err error) string {
	var failed *topdown.Error
	if !errors.As(err, &failed) {
		return ""
	}
	var b strings.Builder
	for _, frame := range failed.StackTrace {
		fmt.Fprintf(&b, "\n  %v", frame)
	}
	return b.String()
}
