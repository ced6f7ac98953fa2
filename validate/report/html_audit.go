package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/lotus-lake/lotus-gate/policy"
)

// htmlAudit is what the page shows of an audit, beside the findings.
type htmlAudit struct {
	Apart, Agreed         []htmlResource // what there is something to say of, and the others
	ApartMore, AgreedMore int
	Compared              bool       // some of what agrees was compared with something
	Graph                 *htmlGraph // nil when nothing is Airbyte's
	Pushes                []htmlPush
	PushesMore            int
	Revisions             []htmlRevision // newest first
}

// htmlResource is a row of the table and a node of the graph.
type htmlResource struct {
	Resource
	Label string // what the graph calls it
	Class string // agree, alone (compared with nothing), apart, or the worst severity of its findings
	Said  []htmlSaid
}

// htmlSaid is a rule that speaks of a resource. Link is "" where the page does not
// show the finding.
type htmlSaid struct{ Word, Link string }

// says are the words of its rules.
func (r htmlResource) says() string {
	var words []string
	for _, s := range r.Said {
		words = append(words, s.Word)
	}
	switch {
	case len(words) > 0:
		return strings.Join(words, ", ")
	case slices.Contains(r.Held[:], Absent):
		return r.only()
	case !r.compared():
		return "not compared"
	}
	return "agree"
}

// only says who has it.
func (r htmlResource) only() string {
	var who []string
	for i, held := range r.Held {
		if held == Present {
			who = append(who, truths[i])
		}
	}
	if len(who) == 0 {
		return "nobody has it"
	}
	return "only in " + strings.Join(who, " and ")
}

// worse orders what there is to say: the worst first.
func (r htmlResource) worse() int {
	return slices.Index([]string{"error", "warning", "info", "apart", "alone", "agree"}, r.Class)
}

// htmlAudit joins the resources with what is said of them; nil for anything but an
// audit. groups are the findings that are on the page.
func (v view) htmlAudit(groups []htmlGroup) *htmlAudit {
	if len(v.raw.Resources)+len(v.raw.Deliveries)+len(v.raw.Revisions) == 0 {
		return nil
	}
	shown := map[string]bool{}
	for _, g := range groups {
		for _, f := range slices.Concat(g.Open, g.Folded) {
			shown[f.ID] = true
		}
	}
	type spot struct {
		path string
		line int
	}
	said := map[spot][]finding{}
	for _, f := range v.findings {
		said[spot{f.raw.Path, f.raw.Line}] = append(said[spot{f.raw.Path, f.raw.Line}], f)
	}
	a := &htmlAudit{}
	var all []htmlResource
	for _, r := range v.raw.Resources {
		one := htmlResource{Resource: v.cleanResource(r), Class: "agree"}
		one.Label = cmp.Or(one.Title, one.Name)
		if !one.compared() {
			one.Class = "alone"
		}
		if slices.Contains(r.Held[:], Absent) {
			one.Class = "apart"
		}
		worst := policy.Severity(0)
		for _, f := range said[spot{r.Place, r.Line}] {
			entry := htmlSaid{Word: word(f)}
			if id := "f-" + f.fingerprint[:16]; shown[id] {
				entry.Link = id
			}
			if !slices.ContainsFunc(one.Said, func(s htmlSaid) bool { return s.Word == entry.Word }) {
				one.Said = append(one.Said, entry)
			}
			if f.Blocks() && f.Severity > worst {
				worst = f.Severity
				one.Class = worst.String()
			}
		}
		all = append(all, one)
		if (one.Class == "agree" || one.Class == "alone") && len(one.Said) == 0 {
			a.Compared = a.Compared || one.compared()
			a.Agreed = append(a.Agreed, one)
		} else {
			a.Apart = append(a.Apart, one)
		}
	}
	slices.SortStableFunc(a.Apart, func(x, y htmlResource) int { return cmp.Compare(x.worse(), y.worse()) })
	a.Graph = newHTMLGraph(all)
	a.Apart, a.ApartMore = first(a.Apart, htmlFindings)
	a.Agreed, a.AgreedMore = first(a.Agreed, htmlFindings)
	v.pushes(a)
	return a
}

// word is a rule's own name, as words, with what became of the finding.
func word(f finding) string {
	_, name, _ := strings.Cut(f.Rule, "/")
	text := strings.ReplaceAll(cmp.Or(name, f.Rule, "finding"), "_", " ")
	if !f.Blocks() {
		text += fmt.Sprintf(" (%s)", status(f.Finding))
	}
	return text
}

func (v view) cleanResource(r Resource) Resource {
	for _, text := range []*string{&r.Name, &r.Git, &r.State, &r.Airbyte, &r.Kind, &r.Title, &r.ID, &r.Source, &r.Destination} {
		*text = v.clean(*text)
	}
	return r
}
