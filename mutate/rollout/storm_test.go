package rollout_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/lotus-lake/lotus-gate/mutate/rollout"
)

// A Secret that changes a thousand times a minute causes few rollouts, and the last value gets out.
func TestFlappingSecret(t *testing.T) {
	w := newWorld(t)
	w.create(secret("a", "password", "first"), deployment("one", template("a")), deployment("two", template("a")))
	r := w.start(func(c *rollout.Config) {
		c.Limits = rollout.Limits{
			QuietWindow: 300 * time.Millisecond, MaxQuiet: time.Second,
			Breaker: rollout.BreakerLimits{Changes: 3, Within: time.Minute, Hold: 4 * time.Second},
		}
	})
	w.fresh()
	const span = 15 * time.Second
	tick := time.NewTicker(60 * time.Millisecond)
	defer tick.Stop()
	changes := 0
	for end := time.Now().Add(span); time.Now().Before(end); <-tick.C {
		changes++
		w.set("a", "password", fmt.Sprint("value", changes))
	}
	during := r.metric(t, "lotus_gate_rollouts_total", "rolled")
	if changes < 100 {
		t.Fatalf("only %d changes in %v: the machine is too busy for this test", changes, span)
	}
	// Three each until the breaker trips, then one each 4 s of the rest, at most 3.
	if during < 2 || during > 2*6 {
		t.Errorf("%v rollouts of two Deployments during %d changes", during, changes)
	}
	if held := r.metric(t, "lotus_gate_rollouts_held", "breaker") + r.metric(t, "lotus_gate_rollouts_held", "quiet"); held == 0 {
		t.Error("the metric shows nothing held")
	}
	w.wantEvent("one", "RolloutHeld", "Secret/a keeps changing")
	w.fresh()
	for _, name := range []string{"one", "two"} {
		if got := w.rollouts(name); got > 7 {
			t.Errorf("%s: %d rollouts after %d changes", name, got, changes)
		}
	}
	if held := r.metric(t, "lotus_gate_rollouts_held"); held != 0 {
		t.Errorf("the metric still shows %v held", held)
	}
}

// The budget counts over a restart.
func TestBudgetOutlivesARestart(t *testing.T) {
	w := newWorld(t)
	w.create(secret("a", "password", "1"))
	for i := range 6 {
		w.create(deployment(fmt.Sprint("app", i), template("a")))
	}
	done := func() (n int) {
		for i := range 6 {
			n += w.rollouts(fmt.Sprint("app", i))
		}
		return n
	}
	// The test's clock runs at its own pace: a minute of the budget is not waited for.
	clock := newClock()
	limits := func(c *rollout.Config) { c.Limits.Budget, c.Now = 2, clock.now }
	first := w.start(limits)
	w.fresh()
	w.set("a", "password", "2")
	w.eventually("first rollouts", func() (bool, string) { n := done(); return n == 2, fmt.Sprint(n) })
	w.eventually("held", func() (bool, string) {
		held := first.metric(t, "lotus_gate_rollouts_held", "budget")
		return held == 4, fmt.Sprint(held)
	})
	first.stop()
	second := w.start(limits)
	w.eventually("held after the restart", func() (bool, string) {
		held := second.metric(t, "lotus_gate_rollouts_held", "budget")
		return held == 4, fmt.Sprint(held)
	})
	if got := done(); got != 2 {
		t.Fatalf("%d rollouts within a minute, of 2", got)
	}
	second.stop()
	clock.forward(61 * time.Second)
	third := w.start(limits)
	w.eventually("the next minute's", func() (bool, string) {
		n := done()
		return n == 4 && third.metric(t, "lotus_gate_rollouts_held", "budget") == 2, fmt.Sprint(n)
	})
}

func TestMinimumIntervalOutlivesARestart(t *testing.T) {
	w := newWorld(t)
	w.create(secret("a", "password", "1"), deployment("app", template("a")))
	limits := func(c *rollout.Config) { c.Limits.MinInterval = 6 * time.Second }
	first := w.start(limits)
	w.fresh()
	w.set("a", "password", "2")
	w.eventually("first rollout", func() (bool, string) { n := w.rollouts("app"); return n == 1, fmt.Sprint(n) })
	rolled := time.Now()
	first.stop()
	w.set("a", "password", "3")
	w.start(limits)
	w.eventually("second rollout", func() (bool, string) { n := w.rollouts("app"); return n == 2, fmt.Sprint(n) })
	if took := time.Since(rolled); took < 4*time.Second {
		t.Errorf("second rollout after %v, at least 6 s less the second that the annotation leaves out", took)
	}
	w.wantEvent("app", "RolloutHeld", "less than 6s ago")
	w.fresh()
}

// clock that a test sets forward. It goes on by itself.
type clock struct {
	mu    sync.Mutex
	ahead time.Duration
}

func newClock() *clock { return &clock{} }

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Now().Add(c.ahead)
}

func (c *clock) forward(by time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ahead += by
}
