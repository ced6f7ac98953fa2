package rollout

import (
	"sync"
	"time"
)

// breaker slows down what a flapping object causes. A circuit stands for the part of an object that some workloads use (its name and the keys
// in use), so that workloads that use other keys of a flapping Secret are not held. Many workloads that go to the same value are one change.
// A circuit that has tripped lets one change through in each hold, so the last value always gets out in the end.
type breaker struct {
	limits BreakerLimits

	mu       sync.Mutex
	circuits map[string]*circuit
	sweepAt  int // number of circuits at which idle ones are swept
}

type circuit struct {
	digest  string      // what the last change let through went to
	changes []time.Time // let through, oldest first, at most as many as trip it
	tripped time.Time   // zero when it has not
}

func newBreaker(limits BreakerLimits) *breaker {
	return &breaker{limits: limits, circuits: map[string]*circuit{}, sweepAt: 128}
}

// until is the time before which no workload may go to digest because of this part of an object, a time that has passed when it may.
// changes are those of the object.
func (b *breaker) until(part, digest string, changes restless, now time.Time) time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	c := b.circuits[part]
	if c == nil || c.tripped.IsZero() || c.digest == digest {
		return time.Time{}
	}
	if changes.since.After(c.tripped) || now.Sub(changes.last) >= b.limits.Hold {
		delete(b.circuits, part) // it was left alone for a hold
		return time.Time{}
	}
	return c.changes[len(c.changes)-1].Add(b.limits.Hold)
}

// note records that a workload was rolled out to digest because of this part of an object.
func (b *breaker) note(part, digest string, now time.Time) {
	if b.limits.Changes <= 0 {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	c := b.circuits[part]
	if c == nil {
		b.sweep(now)
		c = &circuit{}
		b.circuits[part] = c
	}
	if c.digest == digest {
		return
	}
	c.digest = digest
	c.changes = append(c.changes, now)
	if extra := len(c.changes) - b.limits.Changes; extra > 0 {
		c.changes = append(c.changes[:0], c.changes[extra:]...)
	}
	if c.tripped.IsZero() && len(c.changes) == b.limits.Changes && now.Sub(c.changes[0]) <= b.limits.Within {
		c.tripped = now
	}
}

func (b *breaker) sweep(now time.Time) {
	if len(b.circuits) < b.sweepAt {
		return
	}
	idle := max(b.limits.Within, b.limits.Hold)
	for part, c := range b.circuits {
		if now.Sub(c.changes[len(c.changes)-1]) > idle {
			delete(b.circuits, part)
		}
	}
	b.sweepAt = max(128, 2*len(b.circuits))
}
