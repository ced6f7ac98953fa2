package rollout

import (
	"sync"
	"time"
)

// interval keeps a minimum time between two rollouts of one workload. It starts from the time that the workload's annotation tells, so it
// outlives a restart, and goes on with this process's own clock, so that setting the wall clock neither loses a rollout nor hurries one.
type interval struct {
	min time.Duration

	mu   sync.Mutex
	seen map[Request]sighting // workloads whose last rollout is recent
}

type sighting struct {
	annotation string    // as it was when it was first seen
	at         time.Time // when that rollout was, with the reading of the monotonic clock
}

func newInterval(minimum time.Duration) *interval {
	return &interval{min: minimum, seen: map[Request]sighting{}}
}

// until is the time before which the workload may not be rolled out again, a time that has passed when it may. annotation is the RFC 3339
// time of its last rollout, "" when there was none; one that is no time bounds nothing, one that lies ahead counts as when it was first seen.
func (i *interval) until(workload Request, annotation string, now time.Time) time.Time {
	wall, err := time.Parse(time.RFC3339, annotation)
	if i.min <= 0 || err != nil {
		i.forget(workload)
		return time.Time{}
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	known, ok := i.seen[workload]
	if ok && known.annotation == annotation {
		return known.at.Add(i.min)
	}
	age := max(0, now.Sub(wall))
	if age >= i.min {
		delete(i.seen, workload)
		return time.Time{}
	}
	at := now.Add(-age)
	i.seen[workload] = sighting{annotation: annotation, at: at}
	return at.Add(i.min)
}

func (i *interval) forget(workload Request) {
	i.mu.Lock()
	defer i.mu.Unlock()
	delete(i.seen, workload)
}
