// Package impact tells what rules would have refused, had they been in force: over
// the past of a repository and over the objects of a cluster. It is pure: steps and
// objects that were judged come in, a report goes out.
package impact

import (
	"cmp"
	"slices"
	"time"

	"github.com/lotus-lake/lotus-gate/policy"
)

// Report is what a replay has to say.
type Report struct {
	SchemaVersion int      `json:"schema_version"`
	Rules         []Rule   `json:"rules"`             // those that were replayed, by id
	History       *Past    `json:"history,omitempty"` // of --range and --history
	Cluster       *Live    `json:"cluster,omitempty"` // of --cluster
	Notes         []string `json:"notes,omitempty"`   // what was not, or could not be, taken into account
	Undecided     []string `json:"undecided,omitempty"`
	Summary       Summary  `json:"summary"`
}

// Rule is one of the rules that were replayed.
type Rule struct {
	ID       string          `json:"id"`
	Title    string          `json:"title"`
	Severity policy.Severity `json:"severity"`
	Found    int             `json:"found"`   // findings
	Refused  int             `json:"refused"` // commits, or creations of objects, that it would have refused
}

// Summary counts what was judged and what would have become of it.
type Summary struct {
	Commits    int   `json:"commits,omitempty"`
	Objects    int   `json:"objects,omitempty"`
	Documents  int   `json:"documents,omitempty"`
	Refused    int   `json:"refused"` // commits, or creations of objects
	Warned     int   `json:"warned"`  // those that would only have been told of something
	DurationMS int64 `json:"duration_ms"`
}

// Took notes how long it took.
func (r *Report) Took(d time.Duration) { r.Summary.DurationMS = d.Milliseconds() }

// rules lists the replayed rules, with what was counted for each.
func rules(all []policy.Rule, found map[string]int, refused map[string]int) []Rule {
	list := []Rule{}
	for _, r := range all {
		list = append(list, Rule{ID: r.ID, Title: r.Title, Severity: r.Severity, Found: found[r.ID], Refused: refused[r.ID]})
	}
	slices.SortFunc(list, func(a, b Rule) int { return cmp.Compare(a.ID, b.ID) })
	return list
}

// counts are numbers by name, most first.
type counts []Count

// Count is how many of something have a name.
type Count struct {
	Name  string `json:"name"`
	Count int    `json:"count"`
}

func countsOf(numbers map[string]int) counts {
	list := counts{}
	for name, n := range numbers {
		list = append(list, Count{name, n})
	}
	slices.SortFunc(list, func(a, b Count) int { return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Name, b.Name)) })
	return list
}
