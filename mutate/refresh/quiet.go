package refresh

import (
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/types"
)

// quiet knows which Terraform objects had an input change a moment ago, so that a
// few changes make one request. It forgets with the process: then there is no wait.
type quiet struct {
	window, longest time.Duration

	mu      sync.Mutex
	changes map[types.NamespacedName]span
}

// span from the first to the last of a row of changes.
type span struct{ first, last time.Time }

func newQuiet(window, longest time.Duration) *quiet {
	return &quiet{window: window, longest: max(window, longest), changes: map[types.NamespacedName]span{}}
}

// note that an input of this object may have changed.
func (q *quiet) note(name types.NamespacedName, now time.Time) {
	q.mu.Lock()
	defer q.mu.Unlock()
	s, found := q.changes[name]
	if !found || q.end(s).Before(now) {
		s.first = now
	}
	s.last = now
	q.changes[name] = s
}

// until is when the object's inputs count as settled; the zero time when they do.
func (q *quiet) until(name types.NamespacedName, now time.Time) time.Time {
	q.mu.Lock()
	defer q.mu.Unlock()
	s, found := q.changes[name]
	if !found {
		return time.Time{}
	}
	end := q.end(s)
	if !now.Before(end) {
		delete(q.changes, name)
		return time.Time{}
	}
	return end
}

func (q *quiet) forget(name types.NamespacedName) {
	q.mu.Lock()
	defer q.mu.Unlock()
	delete(q.changes, name)
}

func (q *quiet) end(s span) time.Time {
	end := s.last.Add(q.window)
	if bound := s.first.Add(q.longest); bound.Before(end) {
		return bound
	}
	return end
}
