package rollout

import (
	"crypto/sha256"
	"sync"
	"time"
)

// fingerprint of a state. Two states with the same are the same.
type fingerprint [16]byte

// fingerprintOf the parts, which are told apart by their lengths.
func fingerprintOf(parts ...string) fingerprint {
	h := sha256.New()
	var length [8]byte
	for _, part := range parts {
		for i, n := 0, len(part); i < len(length); i++ {
			length[i] = byte(n >> (8 * i))
		}
		h.Write(length[:])
		h.Write([]byte(part))
	}
	var print fingerprint
	copy(print[:], h.Sum(nil))
	return print
}

// notes are what this process remembers of one workload. Nothing in them is needed to be right: without them it reads and asks once more.
type notes struct {
	settled  fingerprint // workload and versions of what it uses for which nothing was left to do
	replaced string      // resource version that a write of ours replaced; what the cache still shows under it is past

	waiting time.Time   // since when a change waits to be looked at
	hold    hold        // why, "" when nothing does
	heldAt  fingerprint // the workload as it was when it was held
	until   time.Time   // when it is looked at again
	refused int         // writes refused in a row
}

// hold is a reason to wait, a label of the metric too.
type hold string

const (
	holdQuiet    hold = "quiet"
	holdBudget   hold = "budget"
	holdInterval hold = "interval"
	holdBreaker  hold = "breaker"
	holdPace     hold = "pace"    // adoption goes slowly
	holdRefused  hold = "refused" // the API server refuses a read or the write
)

// memory holds the notes of all workloads. One workload is looked at by one worker at a time, so the notes themselves need no lock.
type memory struct {
	mu    sync.Mutex
	notes map[Request]*notes
}

func (m *memory) of(workload Request) *notes {
	m.mu.Lock()
	defer m.mu.Unlock()
	n := m.notes[workload]
	if n == nil {
		n = &notes{}
		m.notes[workload] = n
	}
	return n
}

func (m *memory) forget(workload Request) *notes {
	m.mu.Lock()
	defer m.mu.Unlock()
	n := m.notes[workload]
	delete(m.notes, workload)
	return n
}
