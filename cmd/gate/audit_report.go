package main

import (
	"slices"
	"strings"

	"github.com/lotus-lake/lotus-gate/tofu"
	"github.com/lotus-lake/lotus-gate/validate/audit"
	"github.com/lotus-lake/lotus-gate/validate/report"
)

// describe adds to a report what formats for people show beside findings.
func describe(r *report.Report, facts *audit.Facts) {
	for _, s := range facts.Subjects() {
		row := s.Row()
		one := report.Resource{
			Name: row.Name, Git: row.Git, State: row.State, Airbyte: row.Airbyte, Place: row.At.Path, Line: row.At.Line,
			Kind: string(s.Role), Title: s.Name(), ID: s.ID(), Held: [3]report.Held{held(facts.Git != nil, s.Block != nil)},
		}
		maybe := s.Block != nil && s.Block.Repeated // count may be 0
		one.Held[1] = held(facts.States != nil && !maybe, len(s.Claims) > 0)
		one.Source, one.Destination = s.Ends()
		if s.Role != "" {
			one.Held[2] = held(facts.Airbyte != nil && !maybe, s.Airbyte != nil)
		}
		r.Resources = append(r.Resources, one)
	}
	slices.SortStableFunc(r.Resources, func(a, b report.Resource) int { return strings.Compare(a.Name, b.Name) })
	for i := range facts.Deliveries {
		d := &facts.Deliveries[i]
		r.Deliveries = append(r.Deliveries, report.Delivery{
			Name: d.String(), Step: d.Step, Since: d.StepSince, Reason: d.Reason, Served: tofu.CommitOf(d.Source.Revision), Tried: tofu.CommitOf(d.Attempted),
			Planned: tofu.CommitOf(d.Planned), Applied: tofu.CommitOf(d.Applied), Fetched: d.Source.Since, Success: d.LastSuccess,
		})
	}
	if facts.Git != nil {
		for _, c := range facts.Git.Commits {
			r.Revisions = append(r.Revisions, report.Revision(c))
		}
	}
}

func held(read, has bool) report.Held {
	switch {
	case has:
		return report.Present
	case read:
		return report.Absent
	}
	return report.Unread
}

// named says what is compared.
func (in *auditInputs) named() string {
	var all []string
	for _, input := range []struct {
		given bool
		name  string
	}{
		{in.dir != "", "git"}, {len(in.states) > 0, "state files"}, {in.auditFlags.cluster(), "the cluster"}, {in.airbyteURL != "", "Airbyte"},
	} {
		if input.given {
			all = append(all, input.name)
		}
	}
	return "audit of " + strings.Join(all, ", ")
}
