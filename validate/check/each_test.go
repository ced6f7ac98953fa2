package check

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
)

func TestEach(t *testing.T) {
	for _, count := range []int{0, 1, 100} {
		items := make([]int, count)
		done := make([]int, count)
		for i := range items {
			items[i] = i
		}
		err := each(t.Context(), items, func(_ context.Context, i, item int) error {
			done[i] = item + 1
			return nil
		})
		if err != nil {
			t.Errorf("%d items: %v", count, err)
		}
		for i, got := range done {
			if got != i+1 {
				t.Errorf("%d items: item %d was handed out as %d", count, i, got-1)
			}
		}
	}
}

// TestEachStops: the first error ends the work, and so does whoever called.
func TestEachStops(t *testing.T) {
	broken := errors.New("broken")
	var begun atomic.Int32
	items := make([]int, 10_000)
	err := each(t.Context(), items, func(ctx context.Context, i, _ int) error {
		if begun.Add(1); i == 5 {
			return broken
		}
		return nil
	})
	if !errors.Is(err, broken) {
		t.Errorf("each = %v", err)
	}
	if n := begun.Load(); n == int32(len(items)) {
		t.Errorf("all %d items were worked on", n)
	}

	ctx, cancel := context.WithCancel(t.Context())
	begun.Store(0)
	err = each(ctx, items, func(context.Context, int, int) error {
		if begun.Add(1) == 5 {
			cancel()
		}
		return nil
	})
	if !errors.Is(err, context.Canceled) || begun.Load() == int32(len(items)) {
		t.Errorf("each = %v after %d items", err, begun.Load())
	}
}
