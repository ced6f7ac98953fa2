package rollout

import (
	"fmt"
	"testing"
	"time"
)

var breakerLimits = BreakerLimits{Changes: 3, Within: 10 * time.Minute, Hold: 15 * time.Minute}

func minutes(m float64) time.Time { return noon.Add(time.Duration(m * float64(time.Minute))) }

func TestBreaker(t *testing.T) {
	b, q := newBreaker(breakerLimits), newQuiet(Limits{Breaker: breakerLimits})
	let := func(at float64, digest string, changed float64, want bool) {
		t.Helper()
		if last := q.of("object").last; last.IsZero() || minutes(changed).After(last) {
			q.note("object", minutes(changed))
		}
		now := minutes(at)
		until := b.until("part", digest, q.of("object"), now)
		if got := !now.Before(until); got != want {
			t.Errorf("minute %v, to %s: let through %v, want %v (until %v)", at, digest, got, want, until)
		}
		if want {
			b.note("part", digest, now)
		}
	}
	let(0, "a", 0, true)
	for range 100 {
		let(0, "a", 0, true) // a hundred workloads, one change
	}
	let(1, "b", 1, true)
	let(2, "c", 2, true)   // trips
	let(2.5, "c", 2, true) // the others of that change
	let(3, "d", 3, false)
	let(16.9, "e", 16.9, false)
	let(17, "f", 17, true)   // one each hold
	let(17.1, "f", 17, true) // for all workloads
	let(17.2, "g", 17.2, false)
	let(31.9, "h", 18, false)
	let(32, "h", 18, true) // the last value, a hold later
	let(33, "i", 33, true) // it had been left alone for a hold: closed again
	let(34, "j", 34, true)
	let(35, "k", 35, true) // trips
	let(36, "l", 36, false)
	let(49.9, "m", 36.1, false)
	let(50, "m", 36.1, true) // one each hold
	let(50.5, "n", 50.5, false)
}

func TestBreakerDoesNotTripOnSlowChanges(t *testing.T) {
	b := newBreaker(breakerLimits)
	for i := range 100 {
		now := minutes(float64(6 * i))
		digest := fmt.Sprint(i)
		if until := b.until("part", digest, restless{now, now}, now); now.Before(until) {
			t.Fatalf("change %d is held", i)
		}
		b.note("part", digest, now)
	}
}

func TestBreakerKnowsPartsApart(t *testing.T) {
	b := newBreaker(breakerLimits)
	for i := range 3 {
		b.note("flapping", fmt.Sprint(i), noon)
	}
	if until := b.until("flapping", "x", restless{noon, noon}, noon); !noon.Before(until) {
		t.Error("did not trip")
	}
	if until := b.until("calm", "x", restless{noon, noon}, noon); noon.Before(until) {
		t.Error("another part is held")
	}
}

func TestBreakerOff(t *testing.T) {
	b := newBreaker(BreakerLimits{})
	for i := range 100 {
		b.note("part", fmt.Sprint(i), noon)
	}
	if until := b.until("part", "x", restless{noon, noon}, noon); noon.Before(until) || len(b.circuits) != 0 {
		t.Error("acts, though it is off")
	}
}

func TestBreakerForgets(t *testing.T) {
	b := newBreaker(breakerLimits)
	for i := range 10_000 {
		b.note(fmt.Sprint("part", i), "a", minutes(float64(i)))
	}
	if len(b.circuits) > 256 {
		t.Errorf("remembers %d circuits", len(b.circuits))
	}
}
