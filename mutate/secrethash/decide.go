package secrethash

import (
	"maps"
	"slices"

	"github.com/lotus-lake/lotus-gate/mutate/digest"
)

// Action is what is to be done about a workload.
type Action string

// Actions.
const (
	Nothing Action = "nothing"
	Adopt   Action = "adopt"  // write the baseline: the workload is seen for the first time, or its baseline is lost
	Rebase  Action = "rebase" // write the baseline: what it says changed without a reason to roll
	Roll    Action = "roll"   // write baseline, stamp and cause
	Again   Action = "again"  // digests and ring do not fit, for the ring was replaced meanwhile: read again
)

// Decision is the answer of Decide.
type Decision struct {
	Action Action
	// Baseline to write; for Nothing the one that stands.
	Baseline Baseline
	// Stamp of the pod template to write, for Roll only.
	Stamp string
	// Cause: ids of the references whose values changed, for Roll.
	Cause []string
	// Gone: ids of the references that had a digest and are missing now. While there are any, nothing rolls: a rollout would only break pods.
	Gone []string
	// Held: ids of the references that changed and do not roll because of Gone. They roll when what is gone comes back.
	Held []string
	// KeyLost: the baseline's key is not in the ring; the workload is adopted anew.
	KeyLost bool
	// TooMany: the baseline would be longer than MaxBaseline; the workload is left alone.
	TooMany bool
}

// Decide what a workload at rest needs. refs is what its template uses, now what is live, by reference id, under every key of the ring; stamp is its template's. It is a pure
// function: a second decision on what the first one wrote is Nothing. docs/cluster.md has the table.
func Decide(ring digest.Keyring, baseline *Baseline, refs []digest.Ref, now map[string]digest.Digests, stamp string) Decision {
	if !complete(ring, refs, now) {
		return Decision{Action: Again}
	}
	decision := decide(ring, baseline, refs, now, stamp)
	if decision.Action != Nothing && !decision.Baseline.fits() {
		return Decision{Action: Nothing, TooMany: true}
	}
	return decision
}

// complete digests: every reference has one under every key.
func complete(ring digest.Keyring, refs []digest.Ref, now map[string]digest.Digests) bool {
	for _, ref := range refs {
		for id := range ring.Keys {
			if now[ref.ID()][id] == "" {
				return false
			}
		}
	}
	return true
}

func decide(ring digest.Keyring, baseline *Baseline, refs []digest.Ref, now map[string]digest.Digests, stamp string) Decision {
	if baseline == nil && len(refs) == 0 {
		return Decision{Action: Nothing}
	}
	if baseline == nil {
		return Decision{Action: Adopt, Baseline: baselineOf(ring.Current, refs, now)}
	}
	if _, found := ring.Keys[baseline.Key]; !found {
		return Decision{Action: Adopt, Baseline: baselineOf(ring.Current, refs, now), KeyLost: true}
	}
	is := baselineOf(baseline.Key, refs, now).Refs
	var blocked bool // pods of this template wait for something that never was there
	var changed, gone []string
	for _, ref := range refs {
		id := ref.ID()
		was, known := baseline.Refs[id]
		switch {
		case !known, was == is[id]:
			blocked = blocked || known && was == digest.Missing
		case is[id] == digest.Missing:
			gone = append(gone, id)
		case digest.SameUse(was, is[id]): // never of what was missing
			changed = append(changed, id)
		}
	}
	decision := Decision{Action: Rebase, Gone: gone}
	switch {
	case len(gone) > 0:
		// What is gone has no digest under another key: the baseline stays under its own, with what the pods use.
		for _, id := range gone {
			is[id] = baseline.Refs[id]
		}
		if !blocked {
			for _, id := range changed {
				is[id] = baseline.Refs[id]
			}
			decision.Held = changed
		}
		decision.Baseline = Baseline{Key: baseline.Key, Refs: is}
	case len(changed) > 0 && !blocked:
		decision.Action = Roll
		decision.Baseline = baselineOf(ring.Current, refs, now)
		decision.Stamp = Stamp(ring, decision.Baseline, stamp)
		decision.Cause = changed
	default:
		decision.Baseline = baselineOf(ring.Current, refs, now)
	}
	if decision.Action == Rebase && decision.Baseline.Equal(*baseline) {
		decision.Action = Nothing
	}
	return decision
}

// baselineOf pods that start now, under one key.
func baselineOf(key string, refs []digest.Ref, now map[string]digest.Digests) Baseline {
	baseline := Baseline{Key: key, Refs: make(map[string]string, len(refs))}
	for _, ref := range refs {
		baseline.Refs[ref.ID()] = now[ref.ID()][key]
	}
	return baseline
}

// Equal baselines say the same under the same key.
func (b Baseline) Equal(other Baseline) bool {
	return b.Key == other.Key && maps.Equal(b.Refs, other.Refs)
}

// Stamp for a template that is to roll: it differs from every stamp before it, because it is made from the last one too, and everybody who starts from the same
// template and digests makes the same.
func Stamp(ring digest.Keyring, live Baseline, last string) string {
	fields := []string{last}
	for _, id := range slices.Sorted(maps.Keys(live.Refs)) {
		fields = append(fields, id, live.Refs[id])
	}
	return ring.Sum(live.Key, fields...)
}
