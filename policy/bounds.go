package policy

import (
	"cmp"
	"context"
	"fmt"
	"runtime/metrics"
	"time"
)

// Limits bound what rules may use, so that a rule that loops or blows up is an
// error and not an outage. A zero field means its default.
type Limits struct {
	Time   time.Duration // for one document
	Memory uint64        // bytes of heap in use, for the process
}

// DefaultLimits suit repositories of any size: a shipped rule takes
// microseconds.
var DefaultLimits = Limits{Time: 10 * time.Second, Memory: 2 << 30}

const (
	tick  = 20 * time.Millisecond  // how often limits are looked at
	grace = 500 * time.Millisecond // for an evaluation to notice that it was stopped
)

// Within runs other work on what anybody may have written within the limits: what
// does not end in time is left behind.
func Within[T any](ctx context.Context, limits Limits, work func(context.Context) (T, error)) (T, error) {
	limits.Time, limits.Memory = cmp.Or(limits.Time, DefaultLimits.Time), cmp.Or(limits.Memory, DefaultLimits.Memory)
	w := make(workers, 1)
	defer w.stop()
	return bound(ctx, w, limits, work)
}

// bound runs one evaluation in a worker, within the limits. An evaluation inside one long
// built-in call does not notice that it was stopped: it is left behind, so that
// the caller can say so and end.
func bound[T any](ctx context.Context, w workers, limits Limits, eval func(context.Context) (T, error)) (T, error) {
	type result struct {
		value T
		err   error
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	done := make(chan result, 1)
	w.do(func() {
		value, err := eval(ctx)
		done <- result{value, err}
	})
	deadline := time.Now().Add(limits.Time)
	ticker := time.NewTicker(tick)
	defer ticker.Stop()
	stopped := ctx.Done()
	var lost <-chan time.Time
	for {
		select {
		case r := <-done:
			if r.err != nil && ctx.Err() != nil {
				r.err = context.Cause(ctx)
			}
			return r.value, r.err
		case <-stopped:
			stopped, lost = nil, time.After(grace)
		case <-lost:
			var none T
			return none, context.Cause(ctx)
		case <-ticker.C:
			if err := limits.exceeded(deadline); err != nil {
				cancel(err)
			}
		}
	}
}

func (l Limits) exceeded(deadline time.Time) error {
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	if metrics.Read(sample); sample[0].Value.Uint64() > l.Memory {
		return fmt.Errorf("memory limit exceeded: more than %d MiB of heap in use", l.Memory>>20)
	}
	if time.Now().After(deadline) {
		return fmt.Errorf("time limit exceeded: no verdict after %s", l.Time)
	}
	return nil
}
