package rollout

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func app(i int) Request { return Request{Kind: "Deployment", Namespace: "ns", Name: fmt.Sprint(i)} }

func TestBudget(t *testing.T) {
	b := newBudget(2)
	var got []time.Time
	for i := range 5 {
		got = append(got, b.take(app(i), seconds(float64(i))))
	}
	want := []time.Time{noon, seconds(1), seconds(60), seconds(61), seconds(120)}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	b.spend(app(0))
	b.spend(app(1))
	if at := b.take(app(2), seconds(30)); !at.Equal(seconds(60)) {
		t.Errorf("who asks again is told %v, want the same time", at)
	}
	if at := b.take(app(9), seconds(60)); !at.After(seconds(60)) {
		t.Error("who comes goes before who waits")
	}
	if at := b.take(app(2), seconds(60)); !at.Equal(seconds(60)) {
		t.Errorf("its time is there, but it is told %v", at)
	}
	if at := b.take(app(2), seconds(60.5)); at.After(seconds(60.5)) {
		t.Error("who tries again, after a conflict, needs a second grant")
	}
	b.drop(app(2))
	if at := b.take(app(3), seconds(60.9)); !at.Equal(seconds(61)) {
		t.Errorf("told %v", at)
	}
	if at := b.take(app(3), seconds(75)); !at.Equal(seconds(75)) {
		t.Errorf("who comes late is told %v", at)
	}
}

func TestBudgetIsUnbounded(t *testing.T) {
	b := newBudget(0)
	for i := range 1000 {
		if at := b.take(app(i), noon); !at.Equal(noon) {
			t.Fatalf("number %d waits until %v", i, at)
		}
	}
}

// A restart right after a burst is no new budget; times that lie ahead count as now, and do not block for ever.
func TestBudgetReplay(t *testing.T) {
	b := newBudget(3)
	b.replay([]time.Time{seconds(-100), seconds(-30), seconds(3600), seconds(-10)}, noon)
	if at := b.take(app(1), noon); !at.Equal(seconds(31)) {
		t.Errorf("promised %v, want a minute after the oldest of three", at)
	}
	if at := b.take(app(2), noon); !at.Equal(seconds(51)) {
		t.Errorf("promised %v", at)
	}
	if at := b.take(app(3), noon); !at.Equal(seconds(60)) {
		t.Errorf("promised %v", at)
	}
}

// Whatever comes, goes and comes late: no minute holds more rollouts than the budget.
func TestBudgetHoldsInEveryMinute(t *testing.T) {
	const perMinute = 7
	random := rand.New(rand.NewPCG(1, 2))
	b := newBudget(perMinute)
	var done []time.Time
	waits := map[int]time.Time{}
	now := noon
	for i := range 5000 {
		now = now.Add(time.Duration(random.IntN(3000)) * time.Millisecond)
		if random.IntN(3) == 0 {
			waits[i] = now
		}
		for w, at := range waits {
			switch {
			case random.IntN(5000) == 0:
				b.drop(app(w))
				delete(waits, w)
			case !now.Before(at):
				if at := b.take(app(w), now); now.Before(at) {
					waits[w] = at
					continue
				}
				b.spend(app(w))
				done = append(done, now)
				delete(waits, w)
			}
		}
	}
	slices.SortFunc(done, time.Time.Compare)
	for i := perMinute; i < len(done); i++ {
		if span := done[i].Sub(done[i-perMinute]); span < time.Minute {
			t.Fatalf("%d rollouts within %v", perMinute+1, span)
		}
	}
	if len(done) < 700 {
		t.Errorf("only %d rollouts: the budget is not used", len(done))
	}
}
