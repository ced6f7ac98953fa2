package patrol

import (
	"context"

	reports "github.com/openreports/reports-api/apis/openreports.io/v1alpha1"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/log"
)

// Reasons of events.
const (
	eventFound  = "AuditFound"
	eventMended = "AuditMended"
)

const (
	maxEvents = 50  // of one round; reports and metrics tell of the rest
	maxAction = 128 // bytes, of an event
)

// change is a rule that began to find something on an object, or that finds it no
// longer.
type change struct {
	result reports.ReportResult
	mended bool
}

// tell one event for each change, on the object that it concerns. The rule is the
// event's action, for events that differ in their note alone are counted as one.
func (p *Patrol) tell(ctx context.Context, changes []change) {
	if len(changes) > maxEvents {
		log.FromContext(ctx).Info("more changes than events are sent for", "changes", len(changes), "events", maxEvents)
		changes = changes[:maxEvents]
	}
	for _, c := range changes {
		on := subject(c.result)
		if c.mended {
			p.config.Events.Eventf(&on, nil, corev1.EventTypeNormal, eventMended, plain(c.result.Policy, maxAction), "%s: mended", c.result.Policy)
			continue
		}
		p.config.Events.Eventf(&on, nil, corev1.EventTypeWarning, eventFound, plain(c.result.Policy, maxAction), "%s: %s", c.result.Policy, c.result.Description)
	}
}

// changesOf gives what changed from one report to the next. What is in dry-run is told
// to nobody, and of what is no longer among the results that a full report lists nobody
// knows whether it was mended.
func changesOf(was []reports.ReportResult, is *sheet) []change {
	var changes []change
	note := func(known, now []reports.ReportResult, mended bool) {
		seen := map[string]bool{}
		for _, r := range known {
			seen[about(r)] = seen[about(r)] || r.Scored || mended // into dry-run is not mended
		}
		for _, r := range now {
			if key := about(r); r.Scored && !seen[key] {
				seen[key] = true
				changes = append(changes, change{r, mended})
			}
		}
	}
	note(was, is.results, false)
	if is.summary.Skip == 0 {
		note(is.results, was, true)
	}
	return changes
}
