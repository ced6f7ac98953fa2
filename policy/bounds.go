package policy

import (
	"context"
	"errors"
	"fmt"
	"runtime/metrics"
	"time"
)

// Limits bound what rules may use, so that a rule that loops or blows up is an
// error and not an outage.
type Limits struct {
	Time   time.Duration // for one document
	Memory uint64        // bytes of live heap, for the process
}

// DefaultLimits suit repositories of any size: a shipped rule takes
// microseconds.
var DefaultLimits = Limits{Time: 10 * time.Second, Memory: 2 << 30}

var errMemory = errors.New("memory limit exceeded")

// bound runs one evaluation within the limits. The watch on memory costs
// nothing unless an evaluation takes longer than a tick.
func (l Limits) bound(ctx context.Context, eval func(context.Context) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	deadline := time.Now().Add(l.Time)
	watch := time.AfterFunc(tick, func() { l.watch(ctx, cancel, deadline) })
	defer watch.Stop()
	err := eval(ctx)
	if cause := context.Cause(ctx); err != nil && cause != nil {
		return cause
	}
	return err
}

const tick = 20 * time.Millisecond

func (l Limits) watch(ctx context.Context, cancel context.CancelCauseFunc, deadline time.Time) {
	ticker := time.NewTicker(tick)
	defer ticker.Stop()
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	for {
		if metrics.Read(sample); sample[0].Value.Uint64() > l.Memory {
			cancel(fmt.Errorf("%w: more than %d MiB of heap in use", errMemory, l.Memory>>20))
			return
		}
		if time.Now().After(deadline) {
			cancel(fmt.Errorf("time limit exceeded: no verdict after %s", l.Time))
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}
