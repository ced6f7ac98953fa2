package impact

import (
	"bufio"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/lotus-lake/lotus-gate/policy"
	"github.com/lotus-lake/lotus-gate/validate/report"
)

// shown is how many findings of a rule, and how many places, people are shown.
const shown = 20

// text writes for people. What comes from a repository or cluster is made visible.
type text struct {
	*bufio.Writer
	Report
}

// WriteText writes rule by rule what would have been refused, then who would have
// been affected, then one line.
func WriteText(w io.Writer, r Report) error {
	t := text{bufio.NewWriter(w), r}
	for _, rule := range r.Rules {
		t.rule(rule)
	}
	t.affected()
	for _, note := range r.Notes {
		fmt.Fprintf(t, "note: %s\n", report.Visible(note))
	}
	if len(r.Undecided) > 0 {
		fmt.Fprintln(t, "could not decide")
		for _, u := range r.Undecided {
			fmt.Fprintf(t, "  %s\n", report.Visible(u))
		}
	}
	if len(r.Notes)+len(r.Undecided) > 0 {
		fmt.Fprintln(t)
	}
	fmt.Fprintln(t, t.summary())
	return t.Flush()
}

func (t text) rule(rule Rule) {
	fmt.Fprintf(t, "%s  %s  %s\n", rule.Severity, rule.ID, report.Visible(rule.Title))
	switch {
	case t.History != nil:
		fmt.Fprintf(t, "  %s\n", verdict(rule, of(t.Summary.Commits, "commit")))
		t.occurrences(rule.ID)
	case t.Cluster != nil:
		fmt.Fprintf(t, "  %s\n", verdict(rule, of(t.Summary.Objects, "object")))
		t.objects(rule.ID)
	}
	fmt.Fprintln(t)
}

func verdict(rule Rule, judged string) string {
	switch {
	case rule.Found == 0:
		return "would have found nothing in " + judged
	case rule.Refused == 0:
		return fmt.Sprintf("would have warned of %s in %s", of(rule.Found, "finding"), judged)
	}
	return fmt.Sprintf("would have refused %d of %s, with %s", rule.Refused, judged, of(rule.Found, "finding"))
}

func (t text) occurrences(id string) {
	n, last := 0, ""
	for _, o := range t.History.Found {
		if o.Rule != id {
			continue
		}
		if n++; n > shown {
			continue
		}
		if o.Brought.ID != last {
			last = o.Brought.ID
			fmt.Fprintf(t, "  %s  %s  %s: %s\n", short(last), o.Brought.Time.Format(time.DateOnly),
				report.Visible(o.Brought.Author), report.Visible(o.Brought.Subject))
		}
		fmt.Fprintf(t, "    %s%s\n    %s\n", place(o.Finding), report.Visible(o.Message), stood(o))
	}
	t.more(n)
}

// stood says how long a finding was there.
func stood(o Occurrence) string {
	switch {
	case o.Transient:
		return fmt.Sprintf("came and went within the push; history keeps it in commit %s", short(o.Commit))
	case o.Mended == nil:
		return fmt.Sprintf("stands, since %s and %s", of(o.Days, "day"), of(o.Commits, "commit"))
	}
	return fmt.Sprintf("stood %s and %s, until %s of %s", of(o.Days, "day"), of(o.Commits, "commit"), short(o.Mended.ID), o.Mended.Time.Format(time.DateOnly))
}

func (t text) objects(id string) {
	n := 0
	for _, o := range t.Cluster.Objects {
		seen := map[string]bool{}
		for _, f := range slices.Concat(o.Create, o.Update) {
			said := place(f) + report.Visible(f.Message)
			if f.Rule != id || seen[said] {
				continue
			}
			seen[said] = true
			if n++; n <= shown {
				fmt.Fprintf(t, "  %s %s\n    %s\n    %s\n", o.Resource, report.Visible(path.Join(o.Namespace, o.Name)), said, o.becomes(f))
			}
		}
	}
	t.more(n)
}

// becomes says what a finding would do to requests for its object.
func (o Object) becomes(f policy.Finding) string {
	of := func(findings []policy.Finding) string {
		for _, g := range findings {
			if g.Rule == f.Rule && g.Path == f.Path && g.Field == f.Field && g.Message == f.Message {
				if g.Blocks() && g.Severity == policy.Error {
					return "refused"
				}
				return "told of it"
			}
		}
		return ""
	}
	var parts []string
	if create := of(o.Create); create != "" {
		parts = append(parts, "created anew: "+create)
	}
	if update := of(o.Update); update != "" {
		parts = append(parts, "updated as it is: "+update)
	}
	return strings.Join(parts, "; ")
}

func (t text) affected() {
	var lines []string
	if t.History != nil {
		for _, p := range t.History.Paths {
			var authors []string
			for _, a := range p.Authors {
				authors = append(authors, fmt.Sprintf("%s %d", report.Visible(a.Name), a.Count))
			}
			lines = append(lines, fmt.Sprintf("%s  %s: %s", report.Visible(p.Path), of(p.Refused, "commit"), strings.Join(authors, ", ")))
		}
	}
	if t.Cluster != nil {
		for _, n := range t.Cluster.Namespaces {
			lines = append(lines, fmt.Sprintf("%s  %s", report.Visible(n.Name), of(n.Count, "object")))
		}
	}
	if len(lines) == 0 {
		return
	}
	fmt.Fprintln(t, "who would have been affected")
	for _, line := range lines[:min(len(lines), shown)] {
		fmt.Fprintf(t, "  %s\n", line)
	}
	t.more(len(lines))
	fmt.Fprintln(t)
}

func (t text) more(n int) {
	if n > shown {
		fmt.Fprintf(t, "  … and %d more; --format json lists them all\n", n-shown)
	}
}

func (t text) summary() string {
	s, judged := t.Summary, ""
	switch {
	case t.History != nil:
		judged = of(s.Commits, "commit") + " with " + of(s.Documents, "document")
	case t.Cluster != nil:
		judged = of(s.Objects, "object")
	}
	said := fmt.Sprintf("would have refused %d and warned of %d of %s", s.Refused, s.Warned, judged)
	if len(t.Undecided) > 0 {
		said = fmt.Sprintf("could not decide: %s; %s", of(len(t.Undecided), "problem"), said)
	}
	return fmt.Sprintf("%s, %s", said, elapsed(s.DurationMS))
}

func elapsed(ms int64) string {
	if ms < 1000 {
		return fmt.Sprintf("%dms", ms)
	}
	return fmt.Sprintf("%.1fs", float64(ms)/1000)
}

// place is where a finding is, with a colon; nothing for an object as a whole.
func place(f policy.Finding) string {
	switch {
	case f.Path != "" && f.Line > 0 && f.Commit != "":
		return fmt.Sprintf("%s:%d:%d: ", report.Visible(f.Path), f.Line, max(f.Column, 1))
	case f.Path != "" && f.Field != "":
		return report.Visible(f.Path+": "+f.Field) + ": "
	case f.Path+f.Field != "":
		return report.Visible(f.Path+f.Field) + ": "
	}
	return ""
}

func of(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

func short(id string) string { return id[:min(len(id), 12)] }
