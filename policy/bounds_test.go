package policy

import (
	"context"
	"errors"
	"testing"
	"time"
)

// TestBoundLeavesBehind: an evaluation that never looks at its context, as one
// inside a single long built-in call, does not hold the caller.
func TestBoundLeavesBehind(t *testing.T) {
	release, left := make(chan struct{}), make(chan struct{})
	_, err := bound(t.Context(), make(workers, 1), Limits{Time: time.Millisecond, Memory: 1 << 40}, func(context.Context) (int, error) {
		defer close(left)
		<-release
		return 1, nil
	})
	if want := "time limit exceeded: no verdict after 1ms"; err == nil || err.Error() != want {
		t.Errorf("error is %v, want %s", err, want)
	}
	close(release)
	<-left
}

func TestBoundReturnsWhatEvalReturns(t *testing.T) {
	failure := errors.New("failure")
	for _, want := range []error{nil, failure} {
		got, err := bound(t.Context(), make(workers, 1), DefaultLimits, func(context.Context) (int, error) { return 7, want })
		if got != 7 || !errors.Is(err, want) {
			t.Errorf("bound = %d, %v; want 7, %v", got, err, want)
		}
	}
}

// TestWorkersAreUsedAgain: the second evaluation finds the first one's worker
// idle, and stop ends it.
func TestWorkersAreUsedAgain(t *testing.T) {
	w := make(workers, 1)
	for range 3 {
		ran := make(chan struct{})
		w.do(func() { close(ran) })
		<-ran
		work := <-w // idle again
		w <- work
	}
	work := <-w
	w <- work
	w.stop()
	if _, open := <-work; open || len(w) != 0 {
		t.Error("the idle worker was not stopped")
	}
}
