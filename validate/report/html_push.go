package report

import (
	"slices"
	"strings"
)

// Bounds of what is shown of pushes.
const (
	htmlPushes    = 20
	htmlRevisions = 20
)

// htmlPush is a Terraform object, and how far the newest revision came.
type htmlPush struct {
	Name   string
	Class  string // agree when nothing is left to do, else warning
	Says   string
	Stages []htmlStage
}

// htmlStage is one step on the way: done, here or ahead.
type htmlStage struct{ Name, State, When, Machine string }

// htmlRevision is a commit, and what each Terraform object has done with it.
type htmlRevision struct {
	Commit, FullCommit, Subject string
	When, Machine               string
	Marks                       []htmlMark // one for each push
}

// htmlMark is what a Terraform object says of a commit: in, waiting or unknown.
type htmlMark struct{ State, Text string }

// where says in words at which step a push stands.
var where = map[string]string{
	"source":    "The source serves nothing.",
	"attempt":   "The source serves a revision that Terraform has not begun with.",
	"suspended": "The source serves a new revision, and the Terraform object is suspended.",
	"plan":      "Terraform began and has no plan.",
	"approve":   "The plan waits for somebody to approve it.",
	"apply":     "There is a plan, and it is not applied.",
	"done":      "What the source serves is applied.",
}

// pushes fills in the Terraform objects and the revisions.
func (v view) pushes(a *htmlAudit) {
	var deliveries []Delivery
	deliveries, a.PushesMore = first(slices.Clone(v.raw.Deliveries), htmlPushes)
	revisions, _ := first(v.raw.Revisions, htmlRevisions)
	for i, d := range deliveries {
		if d.Step == "done" { // there may have been nothing to apply
			deliveries[i].Applied = d.Served
		}
		p := htmlPush{Name: v.clean(d.Name), Class: "warning", Says: where[d.Step]}
		late := len(revisions) > 0 && d.Served != "" && revisions[0].Commit != d.Served && contains(revisions, d.Served)
		switch {
		case late:
			p.Says = "The newest commit of the checkout is not fetched. " + p.Says
		case d.Step == "done":
			p.Class = "agree"
		}
		if d.Step != "done" && !d.Since.IsZero() {
			p.Says = strings.TrimSuffix(p.Says, ".") + ", since " + minute(d.Since) + "."
		}
		if d.Step != "done" && d.Reason != "" {
			p.Says += " It says: " + v.clean(d.Reason) + "."
		}
		p.Stages = stagesOf(d, late)
		a.Pushes = append(a.Pushes, p)
	}
	// What a Terraform object names and the checkout does not have comes first.
	for _, d := range deliveries {
		for _, commit := range []string{d.Served, d.Tried, d.Applied} {
			if commit != "" && !contains(revisions, commit) {
				revisions = slices.Insert(revisions, 0, Revision{Commit: commit})
			}
		}
	}
	for _, r := range revisions {
		row := htmlRevision{Commit: shortCommit(v.clean(r.Commit)), FullCommit: v.clean(r.Commit), Subject: v.clean(r.Subject)}
		if !r.When.IsZero() {
			row.When, row.Machine = minute(r.When), machineTime(r.When)
		}
		for _, d := range deliveries {
			row.Marks = append(row.Marks, mark(d, r, revisions))
		}
		a.Revisions = append(a.Revisions, row)
	}
}

func contains(revisions []Revision, commit string) bool { return indexOf(revisions, commit) >= 0 }

func indexOf(revisions []Revision, commit string) int {
	return slices.IndexFunc(revisions, func(r Revision) bool { return r.Commit == commit })
}

// stagesOf are the steps of the newest revision.
func stagesOf(d Delivery, late bool) []htmlStage {
	names := []string{"pushed", "fetched", "tried", "planned", "applied"}
	here := slices.Index([]string{"source", "attempt", "plan", "apply", "done"}, d.Step) + 1
	switch d.Step {
	case "suspended":
		here = 2
	case "approve":
		here = 4
	}
	if late {
		here = 1
	}
	var stages []htmlStage
	for i, name := range names {
		s := htmlStage{Name: name, State: "ahead"}
		switch {
		case i < here:
			s.State = "done"
		case i == here:
			s.State = "here"
		}
		stages = append(stages, s)
	}
	if !late && !d.Fetched.IsZero() {
		stages[1].When, stages[1].Machine = minute(d.Fetched), machineTime(d.Fetched)
	}
	if d.Step == "done" && !late && !d.Success.IsZero() {
		stages[4].When, stages[4].Machine = minute(d.Success), machineTime(d.Success)
	}
	return stages
}

// mark says what a Terraform object has done with a commit.
func mark(d Delivery, r Revision, all []Revision) htmlMark {
	at, applied, served := indexOf(all, r.Commit), indexOf(all, d.Applied), indexOf(all, d.Served)
	ours := applied >= 0 && !all[applied].When.IsZero() // else it is of another history
	switch {
	case r.Commit == d.Applied:
		return htmlMark{"in", "applied"}
	case r.When.IsZero(): // of another history
		return htmlMark{"waiting", named(d, r.Commit)}
	case ours && at > applied:
		return htmlMark{"in", "part of it"}
	case r.Commit == d.Served, r.Commit == d.Tried, r.Commit == d.Planned:
		return htmlMark{"waiting", named(d, r.Commit)}
	case served >= 0 && at < served:
		return htmlMark{"waiting", "not fetched"}
	case ours:
		return htmlMark{"waiting", "not applied"}
	}
	return htmlMark{"unknown", "not known"}
}

// named says which of its statuses name a commit that it has not applied.
func named(d Delivery, commit string) string {
	var words []string
	for _, s := range []struct{ commit, word string }{{d.Served, "fetched"}, {d.Tried, "tried"}, {d.Planned, "planned"}} {
		if s.commit == commit {
			words = append(words, s.word)
		}
	}
	if len(words) == 0 {
		return "not known"
	}
	return strings.Join(words, ", ") + ", not applied"
}
