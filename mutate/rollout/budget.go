package rollout

import (
	"slices"
	"sync"
	"time"
)

// budget bounds the rollouts of any minute over the whole cluster. Who has to wait is told when to come back; who waits goes before who comes.
type budget struct {
	perMinute int

	mu      sync.Mutex
	granted []time.Time           // rollouts of the last minute, sorted
	unspent map[Request]time.Time // granted, and not yet written
	waiting map[Request]time.Time // when to come back
}

func newBudget(perMinute int) *budget {
	return &budget{perMinute: perMinute, unspent: map[Request]time.Time{}, waiting: map[Request]time.Time{}}
}

// take returns the time from which the workload may roll out. When that is not after now it may do so at once, and the rollout counts until it
// is dropped; else it keeps its place in the line.
func (b *budget) take(workload Request, now time.Time) time.Time {
	if b.perMinute <= 0 {
		return now
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.expire(now)
	if at, mine := b.unspent[workload]; mine {
		if now.Sub(at) < time.Minute {
			return at
		}
		delete(b.unspent, workload)
	}
	back, waits := b.waiting[workload]
	if waits && now.Before(back) {
		return back
	}
	ahead := len(b.granted) - b.perMinute
	if !waits {
		ahead += len(b.waiting)
	}
	if ahead < 0 {
		delete(b.waiting, workload)
		b.unspent[workload] = now
		b.insert(now)
		return now
	}
	back = now.Add(time.Duration(1+ahead/b.perMinute) * time.Minute)
	if n := len(b.granted); n > 0 {
		// The place of the one that has to expire first, and as many minutes later as there are full lines before it.
		back = b.granted[ahead%b.perMinute%n].Add(time.Duration(1+ahead/b.perMinute) * time.Minute)
	}
	b.waiting[workload] = back
	return back
}

// spend what was granted: the workload was rolled out.
func (b *budget) spend(workload Request) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.unspent, workload)
}

// drop a grant or a place in the line, when there is one: the workload needs no rollout any more.
func (b *budget) drop(workload Request) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.waiting, workload)
	at, mine := b.unspent[workload]
	if !mine {
		return
	}
	delete(b.unspent, workload)
	if i, found := slices.BinarySearchFunc(b.granted, at, time.Time.Compare); found {
		b.granted = slices.Delete(b.granted, i, i+1)
	}
}

// replay takes in rollouts that another process caused, so that a restart is no new budget. Times are full seconds; those ahead count as now.
func (b *budget) replay(rollouts []time.Time, now time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, at := range rollouts {
		at = at.Add(time.Second)
		if at.After(now) {
			at = now
		}
		b.insert(now.Add(-now.Sub(at))) // with now's reading of the monotonic clock
	}
	b.expire(now)
}

func (b *budget) insert(at time.Time) {
	i, _ := slices.BinarySearchFunc(b.granted, at, time.Time.Compare)
	b.granted = slices.Insert(b.granted, i, at)
}

// expire what no minute that ends from now on holds.
func (b *budget) expire(now time.Time) {
	old := 0
	for old < len(b.granted) && now.Sub(b.granted[old]) >= time.Minute {
		old++
	}
	b.granted = slices.Delete(b.granted, 0, old)
}
