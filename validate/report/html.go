package report

import (
	"bufio"
	"fmt"
)

// Bounds of the page; what is left out is counted on it.
const (
	htmlFindings = 2000 // findings that count
	htmlList     = 500  // entries of each other list
	htmlOpen     = 5    // places of a rule that are open to view
	htmlFrame    = 160  // characters of a line of a file
)

// htmlReport is what the page shows.
type htmlReport struct {
	Class, Word, Tally, Judged string
	Undecided                  []string
	UndecidedMore              int
	Groups                     []htmlGroup
	Files                      []htmlFile
	Suggestions                []string
	Shown, More                int
	Aside                      []htmlFinding
	AsideMore                  int
	NotInspected               []htmlFinding
	NotInspectedMore           int
	Timeline                   *htmlTimeline
	Audit                      *htmlAudit // nil for everything but an audit
	Version, Duration          string
	ExitCode                   int
}

// htmlGroup is a rule with its findings.
type htmlGroup struct {
	ID, Rule, Title, Severity string
	Stage                     string // what comes later; "" for nothing
	Why                       []htmlSpan
	Count                     string
	Open, Folded              []htmlFinding
	FoldedCount               string
	Remedy                    []htmlStep // of all findings, unless each has its own
	Ticket                    string
	Docs                      string // address of a page of the web
}

type htmlFinding struct {
	ID, Rule, Severity, Status string
	Path, Place, Message       string
	Commit, FullCommit         string
	Frame                      []htmlRow
	Remedy                     []htmlStep
}

// htmlStep is a part of a remedy: a paragraph, or what is to be pasted.
type htmlStep struct {
	Spans []htmlSpan
	Paste string
}

type htmlSpan struct {
	Text string
	Code bool
}

// htmlRow is a line of a file; what the finding points at is marked in it.
type htmlRow struct {
	Number                int
	Found                 bool
	Before, Marked, After string
}

// htmlFile is a file with the findings in it.
type htmlFile struct {
	Path, Count string
	Findings    []htmlFinding
}

// writeHTML writes one page that needs nothing beside it.
func writeHTML(w *bufio.Writer, v view) error { return v.html().page().Render(w) }

func (v view) html() htmlReport {
	r := htmlReport{
		Class:    map[int]string{ExitClean: "passed", ExitFindings: "refused", ExitUndecided: "undecided"}[v.code],
		Word:     map[int]string{ExitClean: "Passed", ExitFindings: "Refused", ExitUndecided: "Could not decide"}[v.code],
		Tally:    v.tally(),
		Judged:   v.clean(v.raw.Judged),
		Timeline: v.htmlTimeline(),
		Version:  v.clean(v.raw.Version), Duration: elapsed(v.raw.Summary.Duration), ExitCode: v.code,
	}
	r.Undecided, r.UndecidedMore = first(v.undecided, htmlList)
	var blocking []finding
	for _, f := range v.findings {
		switch {
		case f.Blocks():
			blocking = append(blocking, f)
		case len(r.Aside) < htmlList:
			aside := htmlFindingOf(f)
			aside.Message = f.noted()
			r.Aside = append(r.Aside, aside)
		default:
			r.AsideMore++
		}
	}
	for _, n := range v.notInspected {
		if len(r.NotInspected) == htmlList {
			r.NotInspectedMore++
			continue
		}
		r.NotInspected = append(r.NotInspected, htmlFinding{Place: place(n.Path, 0, 0), Message: n.Reason, Commit: shortCommit(n.Commit), FullCommit: n.Commit})
	}
	groups := groupByRule(blocking)
	for i, group := range groups {
		shown, _ := first(group, htmlFindings-r.Shown)
		r.More += len(group) - len(shown)
		r.Shown += len(shown)
		if len(shown) > 0 {
			r.Groups = append(r.Groups, v.htmlGroup(fmt.Sprintf("rule-%d", i+1), group, shown))
		}
	}
	r.Files, r.Suggestions = htmlFiles(r.Groups)
	if r.Audit = v.htmlAudit(r.Groups); r.Audit != nil { // nobody is refused by it
		r.Word = map[int]string{ExitClean: "In order", ExitFindings: "Needs attention", ExitUndecided: "Could not decide"}[v.code]
	}
	return r
}

func (v view) htmlGroup(id string, group, shown []finding) htmlGroup {
	f, rule := group[0], v.rule(group[0])
	g := htmlGroup{
		ID: id, Rule: f.Rule, Title: rule.Title, Why: htmlSpans(firstSentence(rule.Description)), Severity: f.Severity.String(),
		Count: count(len(group), "finding", "findings"), Stage: stage(f.Finding), Ticket: f.Ticket, Docs: webAddress(f.Docs),
	}
	remedy, shared := sharedRemedy(group)
	if shared {
		g.Remedy = htmlSteps(remedy, group...)
	}
	for _, f := range shown {
		one := htmlFindingOf(f)
		for _, row := range v.frame(f, htmlFrame) {
			one.Frame = append(one.Frame, htmlRowOf(row))
		}
		if !shared {
			one.Remedy = htmlSteps(f.Remedy, f)
		}
		if len(g.Open) < htmlOpen {
			g.Open = append(g.Open, one)
		} else {
			g.Folded = append(g.Folded, one)
		}
	}
	g.FoldedCount = count(len(g.Folded), "more place", "more places")
	return g
}

func htmlFindingOf(f finding) htmlFinding {
	return htmlFinding{
		ID: "f-" + f.fingerprint[:16], Rule: f.Rule, Severity: f.Severity.String(), Status: status(f.Finding),
		Path: f.Path, Place: place(f.Path, f.Line, f.Column), Message: f.saying(), Commit: shortCommit(f.in), FullCommit: f.in,
	}
}
