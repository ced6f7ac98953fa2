package bundle

import (
	"cmp"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/lotus-lake/lotus-gate/policy"
)

// metadataChanges compares what METADATA says of a rule, in the order in which
// authors write it.
func metadataChanges(was, is policy.Rule) []Change {
	var changes []Change
	add := func(what string, direction Direction, a, b any) {
		if !reflect.DeepEqual(a, b) {
			changes = append(changes, Change{what, direction, a, b})
		}
	}
	stricter := func(more bool) Direction {
		if more {
			return Tightened
		}
		return Loosened
	}
	add("title", Reworded, was.Title, is.Title)
	add("description", Reworded, was.Description, is.Description)
	add("remediation", Reworded, was.Remediation, is.Remediation)
	add("fix", Reworded, string(was.Fix), string(is.Fix))
	add("ticket", Reworded, was.Ticket, is.Ticket)
	add("severity", stricter(is.Severity > was.Severity), was.Severity.String(), is.Severity.String())
	add("scope", Changed, was.Scope, is.Scope)
	add("when", stricter(is.When == policy.History), string(was.When), string(is.When)) // history sees the tip's files too
	add("kinds", grown(was.Kinds, is.Kinds), was.Kinds, is.Kinds)
	add("ratchet", stricter(!is.Ratchet), was.Ratchet, is.Ratchet)
	add("sensitive", Reworded, was.Sensitive, is.Sensitive)
	add("mentions", mentions(was.Mentions, is.Mentions), list(was.Mentions), list(is.Mentions))
	add("action", acting(was, is), stages(was.Action), stages(is.Action))
	changes = append(changes, parameterChanges(was.Parameters, is.Parameters)...)
	return append(changes, admissionChanges(was.Admission, is.Admission)...)
}

// acting compares what becomes of findings, where that does not change with time.
// Without an action it is the severity's, which is compared by itself.
func acting(was, is policy.Rule) Direction {
	strength := map[policy.Action]int{policy.Off: 0, policy.DryRun: 1, policy.Warn: 2, policy.Deny: 3}
	of := func(r policy.Rule) int {
		switch {
		case len(r.Action) == 1:
			return strength[r.Action[0].Action]
		case len(r.Action) > 1:
			return -1
		case r.Severity == policy.Error:
			return strength[policy.Deny]
		}
		return strength[policy.Warn]
	}
	switch a, b := of(was), of(is); {
	case a < 0 || b < 0:
		return Changed
	case b > a:
		return Tightened
	case b < a:
		return Loosened
	}
	return Reworded
}

// stages are actions in words.
func stages(all policy.Stages) any {
	var words []string
	for _, stage := range all {
		word := string(stage.Action)
		if !stage.From.IsZero() {
			word += " from " + stage.From.Format("2006-01-02")
		}
		words = append(words, word)
	}
	return list(words)
}

// grown: whatever is in a longer list is judged too.
func grown(was, is []string) Direction {
	lost, won := missing(was, is), missing(is, was)
	switch {
	case lost && won:
		return Changed
	case lost:
		return Loosened
	case won:
		return Tightened
	}
	return Reworded // another order
}

// missing reports whether b lacks anything of a.
func missing(a, b []string) bool {
	return slices.ContainsFunc(a, func(s string) bool { return !slices.Contains(b, s) })
}

// mentions: a file needs one of the words, and without any all files are judged.
func mentions(was, is []string) Direction {
	switch {
	case len(was) == 0:
		return Loosened
	case len(is) == 0:
		return Tightened
	}
	return grown(was, is)
}

func list(words []string) any {
	if len(words) == 0 {
		return nil
	}
	return words
}

// parameterChanges: which way a threshold or list works only its rule knows.
func parameterChanges(was, is map[string]policy.Parameter) []Change {
	var changes []Change
	names := slices.Concat(slices.Collect(maps.Keys(was)), slices.Collect(maps.Keys(is)))
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		a, had := was[name]
		b, has := is[name]
		switch what := "parameters." + name; {
		case !had:
			changes = append(changes, Change{what, Changed, nil, b.Default})
		case !has:
			changes = append(changes, Change{what, Changed, a.Default, nil})
		case !reflect.DeepEqual(a.Default, b.Default):
			changes = append(changes, Change{what, Changed, a.Default, b.Default})
		case !reflect.DeepEqual(a.Schema, b.Schema):
			changes = append(changes, Change{what + ".schema", Changed, a.Schema, b.Schema})
		case a.Description != b.Description:
			changes = append(changes, Change{what, Reworded, a.Description, b.Description})
		}
	}
	return changes
}

// admissionChanges compares which requests in a cluster a rule judges.
func admissionChanges(was, is *policy.Admission) []Change {
	const all = "admission"
	switch {
	case was == nil && is == nil:
		return nil
	case was == nil:
		return []Change{{all, Tightened, nil, summary(is)}}
	case is == nil:
		return []Change{{all, Loosened, summary(was), nil}}
	}
	var changes []Change
	add := func(what string, direction Direction, a, b any) {
		if !reflect.DeepEqual(a, b) {
			changes = append(changes, Change{all + "." + what, direction, a, b})
		}
	}
	condition := func(a, b string) Direction {
		switch {
		case a == "":
			return Loosened
		case b == "":
			return Tightened
		}
		return Changed
	}
	failure := func(f policy.Failure) policy.Failure { return cmp.Or(f, policy.Ignore) }
	add("resources", grown(was.Resources, is.Resources), was.Resources, is.Resources)
	add("operations", grown(was.Operations, is.Operations), was.Operations, is.Operations)
	add("condition", condition(was.Condition, is.Condition), was.Condition, is.Condition)
	add("selector", condition(was.Selector, is.Selector), was.Selector, is.Selector)
	direction := Loosened
	if failure(is.Failure) == policy.Fail {
		direction = Tightened
	}
	add("failure", direction, string(failure(was.Failure)), string(failure(is.Failure)))
	return changes
}

func summary(a *policy.Admission) string {
	return strings.Join(a.Operations, ", ") + " of " + strings.Join(a.Resources, ", ")
}
