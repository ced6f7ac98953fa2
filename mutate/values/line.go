package values

import (
	"context"

	"github.com/lotus-lake/lotus-gate/mutate/digest"
)

// line is the queue at one object: beside the read under way, the turn that everybody who came since will share.
type line struct {
	next *turn // nil when nobody waits
}

// turn is one read for several callers.
type turn struct {
	refs   []digest.Ref // distinct uses that were asked for
	sums   []digest.Digests
	err    error
	done   chan struct{}
	wanted int                // callers that still wait
	cancel context.CancelFunc // nil until the read begins
}

// join a read of the object that has not begun, or begin one.
func (r *Reader) join(ctx context.Context, of name, ref digest.Ref) (digest.Digests, error) {
	r.mu.Lock()
	queue, busy := r.lines[of]
	if !busy {
		queue = &line{}
		r.lines[of] = queue
		go r.serve(of, queue)
	}
	if queue.next == nil {
		queue.next = &turn{done: make(chan struct{})}
	}
	t := queue.next
	t.wanted++
	index := t.index(ref)
	r.mu.Unlock()
	select {
	case <-t.done:
		if t.err != nil {
			return nil, t.err
		}
		return t.sums[index], nil
	case <-ctx.Done():
		r.mu.Lock()
		defer r.mu.Unlock()
		t.wanted--
		if t.wanted == 0 && t.cancel != nil {
			t.cancel()
		}
		return nil, ctx.Err()
	}
}

// index of the use among those of the turn.
func (t *turn) index(ref digest.Ref) int {
	key := useOf(ref)
	for i := range t.refs {
		if useOf(t.refs[i]) == key {
			return i
		}
	}
	t.refs = append(t.refs, ref)
	return len(t.refs) - 1
}

// serve turns at one object until nobody waits. A turn is closed to newcomers before its read begins.
func (r *Reader) serve(of name, queue *line) {
	for {
		r.slots <- struct{}{}
		r.mu.Lock()
		t := queue.next
		queue.next = nil
		if t == nil || t.wanted == 0 {
			delete(r.lines, of)
			r.mu.Unlock()
			<-r.slots
			return
		}
		ctx, cancel := context.WithTimeout(context.Background(), r.config.Timeout)
		t.cancel = cancel
		r.mu.Unlock()
		t.sums, t.err = r.read(ctx, of, t.refs)
		cancel()
		close(t.done)
		<-r.slots
	}
}
