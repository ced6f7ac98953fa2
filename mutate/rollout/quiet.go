package rollout

import (
	"sync"
	"time"
)

// quiet tells when the objects that workloads use were last seen to change, so that several changes make one rollout.
// It holds objects that changed within keep and nothing of the others.
type quiet struct {
	window, max, calm, keep time.Duration

	mu      sync.Mutex
	changed map[string]restless // by object, "namespace/Secret/name"
	sweepAt int                 // size of changed at which old entries are swept
}

// restless is the time over which an object changes and is never left alone for as long as the breaker holds.
type restless struct{ since, last time.Time }

func newQuiet(limits Limits) *quiet {
	return &quiet{
		window: limits.QuietWindow, max: limits.MaxQuiet,
		calm:    limits.Breaker.Hold,
		keep:    max(limits.QuietWindow, limits.MaxQuiet, limits.Breaker.Hold),
		changed: map[string]restless{}, sweepAt: 128,
	}
}

// note records that the object was seen to change now.
func (q *quiet) note(object string, now time.Time) {
	q.mu.Lock()
	defer q.mu.Unlock()
	change, known := q.changed[object]
	if !known || now.Sub(change.last) >= q.calm {
		change.since = now
	}
	change.last = now
	q.changed[object] = change
	if len(q.changed) < q.sweepAt {
		return
	}
	for name, change := range q.changed {
		if now.Sub(change.last) > q.keep {
			delete(q.changed, name)
		}
	}
	q.sweepAt = max(128, 2*len(q.changed))
}

// of the object what is known: the zero value when it was left alone for long.
func (q *quiet) of(object string) restless {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.changed[object]
}

// until is the time from which a workload that uses these objects and has waited since waiting may be looked at: a time
// that has passed when that is at once.
func (q *quiet) until(objects []string, waiting time.Time) time.Time {
	var until time.Time
	for _, object := range objects {
		last := q.of(object).last
		if last.IsZero() {
			continue
		}
		if end := last.Add(q.window); end.After(until) {
			until = end
		}
	}
	if end := waiting.Add(q.max); q.max > 0 && end.Before(until) {
		return end
	}
	return until
}
