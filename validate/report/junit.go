package report

import (
	"bufio"
	"encoding/xml"
	"fmt"
	"strings"
	"time"
)

// The JUnit XML that CI servers read: one suite a rule, one case a finding.
type junitSuites struct {
	XMLName  xml.Name     `xml:"testsuites"`
	Name     string       `xml:"name,attr"`
	Tests    int          `xml:"tests,attr"`
	Failures int          `xml:"failures,attr"`
	Errors   int          `xml:"errors,attr"`
	Skipped  int          `xml:"skipped,attr"`
	Time     string       `xml:"time,attr"`
	Suites   []junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name     string      `xml:"name,attr"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Errors   int         `xml:"errors,attr"`
	Skipped  int         `xml:"skipped,attr"`
	Cases    []junitCase `xml:"testcase"`
}

type junitCase struct {
	Class   string        `xml:"classname,attr"`
	Name    string        `xml:"name,attr"`
	File    string        `xml:"file,attr,omitempty"`
	Line    int           `xml:"line,attr,omitempty"`
	Failure *junitOutcome `xml:"failure"`
	Error   *junitOutcome `xml:"error"`
	Skipped *junitOutcome `xml:"skipped"`
}

type junitOutcome struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr,omitempty"`
	Text    string `xml:",chardata"`
}

// writeJUnit calls what does not refuse skipped, with the reason. A pass is one
// passed case, since servers take a report without cases for a broken one.
func writeJUnit(w *bufio.Writer, v view) error {
	root := junitSuites{Name: "lotus-gate", Time: junitTime(v.raw.Summary.Duration)}
	add := func(name string, cases []junitCase) {
		s := junitSuite{Name: name, Cases: cases, Tests: len(cases)}
		for _, c := range cases {
			switch {
			case c.Failure != nil:
				s.Failures++
			case c.Error != nil:
				s.Errors++
			case c.Skipped != nil:
				s.Skipped++
			}
		}
		root.Tests, root.Failures, root.Errors, root.Skipped = root.Tests+s.Tests, root.Failures+s.Failures, root.Errors+s.Errors, root.Skipped+s.Skipped
		root.Suites = append(root.Suites, s)
	}
	for _, group := range groupByRule(v.findings) {
		var cases []junitCase
		for _, f := range group {
			cases = append(cases, junitFinding(f))
		}
		add(group[0].Rule, cases)
	}
	var rest []junitCase
	for _, u := range v.undecided {
		rest = append(rest, junitCase{Class: "lotus-gate", Name: "verdict", Error: &junitOutcome{Message: "could not decide", Type: "undecided", Text: u}})
	}
	for _, n := range v.notInspected {
		rest = append(rest, junitCase{
			Class: "lotus-gate", Name: place(n.Path, 0, 0) + inCommit(n.Commit), File: n.Path,
			Skipped: &junitOutcome{Message: "not inspected: " + n.Reason},
		})
	}
	if len(rest)+len(root.Suites) == 0 {
		rest = []junitCase{{Class: "lotus-gate", Name: "verdict"}}
	}
	if len(rest) > 0 {
		add("lotus-gate", rest)
	}
	fmt.Fprint(w, xml.Header)
	enc := xml.NewEncoder(w)
	enc.Indent("", "  ")
	if err := enc.Encode(root); err != nil {
		return err
	}
	fmt.Fprintln(w)
	return nil
}

func junitFinding(f finding) junitCase {
	c := junitCase{Class: f.Rule, Name: place(f.Path, f.Line, f.Column) + inCommit(f.Commit), File: f.Path, Line: f.Line}
	switch {
	case f.fails:
		lines := []string{f.Message}
		for _, note := range [][2]string{{"fix", f.Remedy}, {"commit", f.Commit}, {"ticket", f.Ticket}, {"docs", f.Docs}} {
			if note[1] != "" {
				lines = append(lines, note[0]+": "+note[1])
			}
		}
		c.Failure = &junitOutcome{Message: f.Message, Type: f.Severity.String(), Text: strings.Join(lines, "\n")}
	case f.Blocks():
		c.Skipped = &junitOutcome{Message: f.Severity.String() + ": " + f.Message}
	default:
		c.Skipped = &junitOutcome{Message: status(f.Finding) + ": " + f.Message}
	}
	return c
}

func junitTime(d time.Duration) string { return fmt.Sprintf("%.3f", d.Seconds()) }
