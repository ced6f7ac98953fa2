package policy

import (
	"slices"
	"time"
)

// Enforce settles what becomes of a finding at a place, a path of a repository or
// a namespace of a cluster, at a time: its Action, until when, what comes next, and
// the severity that goes with it. It is false when the finding is to be dropped.
// What neither configuration nor METADATA speaks of stays as its severity has it.
func (e *Engine) Enforce(f Finding, place string, now time.Time) (Finding, bool) {
	stages := e.stages[f.Rule]
	if len(e.places[f.Rule]) > 0 {
		if i := e.placeOf(f.Rule, place); i >= 0 && e.places[f.Rule][i].Action != nil {
			stages = e.places[f.Rule][i].Action
		}
	}
	stage, next := stages.Now(now)
	f.Action = stage.Action
	if next != nil {
		f.Until, f.Next = next.From.Format(time.DateOnly), next.Action
	}
	switch f.Action {
	case Off:
		return f, false
	case Warn:
		f.Severity = min(f.Severity, Warning)
	case Deny:
		f.Severity = Error
	}
	return f, true
}

// placeOf is the first of a rule's places that a place belongs to, -1 for none.
func (e *Engine) placeOf(rule, place string) int {
	return slices.IndexFunc(e.places[rule], func(p PlaceConfig) bool {
		return slices.ContainsFunc(p.Names, func(pattern string) bool { return e.match(pattern, place) })
	})
}
