package bundle

import (
	"cmp"
	"maps"
	"reflect"
	"slices"
	"strings"
)

// Direction is what a change means for those whom the rules judge.
type Direction string

// A rule that is changed may refuse more, less or something else: what changed in it
// does not tell. Reworded rules refuse the same.
const (
	Added     Direction = "added"
	Removed   Direction = "removed"
	Tightened Direction = "tightened"
	Loosened  Direction = "loosened"
	Changed   Direction = "changed"
	Reworded  Direction = "reworded"
)

// Difference is what became of policies from one set to the next.
type Difference struct {
	Old   string       `json:"old"` // revisions
	New   string       `json:"new"`
	Rules []RuleChange `json:"rules"` // by rule id; those that are the same are left out
	Data  []Change     `json:"data"`  // by path
}

// RuleChange is what became of one rule.
type RuleChange struct {
	Rule      string    `json:"rule"`
	Direction Direction `json:"direction"`
	Severity  string    `json:"severity"` // now, or before it was removed
	Title     string    `json:"title"`
	Changes   []Change  `json:"changes,omitempty"`
}

// Change is one thing that is different. Old and New are null where it was not or is
// no more.
type Change struct {
	What      string    `json:"what"` // "severity", "code", "parameters.max_age", …
	Direction Direction `json:"direction"`
	Old       any       `json:"old"`
	New       any       `json:"new"`
}

// Diff compares policies with those that came before.
func Diff(before, after *Content) Difference {
	d := Difference{Old: before.Revision, New: after.Revision, Rules: []RuleChange{}, Data: dataChanges("data", before.data, after.data)}
	ids := map[string]bool{}
	for id := range before.rules {
		ids[id] = true
	}
	for id := range after.rules {
		ids[id] = true
	}
	for _, id := range slices.Sorted(maps.Keys(ids)) {
		was, had := before.rules[id]
		is, has := after.rules[id]
		switch {
		case !had:
			d.Rules = append(d.Rules, RuleChange{id, Added, is.Severity.String(), is.Title, nil})
		case !has:
			d.Rules = append(d.Rules, RuleChange{id, Removed, was.Severity.String(), was.Title, nil})
		default:
			if changes := append(metadataChanges(was, is), codeChanges(before.code[id], after.code[id])...); len(changes) > 0 {
				d.Rules = append(d.Rules, RuleChange{id, overall(changes), is.Severity.String(), is.Title, changes})
			}
		}
	}
	return d
}

// Has reports whether any rule or data went in one of the directions.
func (d Difference) Has(directions ...Direction) bool {
	return slices.ContainsFunc(d.Rules, func(r RuleChange) bool {
		return slices.Contains(directions, r.Direction) ||
			slices.ContainsFunc(r.Changes, func(c Change) bool { return slices.Contains(directions, c.Direction) })
	}) || slices.ContainsFunc(d.Data, func(c Change) bool { return slices.Contains(directions, c.Direction) })
}

// overall is the one direction of all changes, words left aside.
func overall(changes []Change) Direction {
	direction := Reworded
	for _, c := range changes {
		switch {
		case c.Direction == Reworded || c.Direction == direction:
		case direction == Reworded:
			direction = c.Direction
		default:
			direction = Changed
		}
	}
	return direction
}

// codeChanges compares a rule's code and that of the helpers that it uses, comments
// and layout left aside.
func codeChanges(was, is map[string]string) []Change {
	all := maps.Clone(was)
	maps.Copy(all, is)
	var changes []Change
	for _, pkg := range slices.Sorted(maps.Keys(all)) {
		if was[pkg] != is[pkg] {
			changes = append(changes, Change{"code of " + pkg, Changed, orNull(was[pkg]), orNull(is[pkg])})
		}
	}
	return changes
}

func orNull(digest string) any {
	if digest == "" {
		return nil
	}
	return digest
}

// dataChanges lists what is different in data, as deep as both are objects.
func dataChanges(at string, was, is map[string]any) []Change {
	changes := []Change{}
	keys := slices.Concat(slices.Collect(maps.Keys(was)), slices.Collect(maps.Keys(is)))
	slices.Sort(keys)
	for _, key := range slices.Compact(keys) {
		a, had := was[key]
		b, has := is[key]
		inA, object := a.(map[string]any)
		inB, too := b.(map[string]any)
		switch {
		case had && has && reflect.DeepEqual(a, b):
		case object && too:
			changes = append(changes, dataChanges(at+"."+key, inA, inB)...)
		default:
			changes = append(changes, Change{at + "." + key, Changed, a, b})
		}
	}
	slices.SortStableFunc(changes, func(a, b Change) int { return cmp.Or(strings.Compare(a.What, b.What)) })
	return changes
}
