package rollout_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/lotus-lake/lotus-gate/mutate/digest"
	"github.com/lotus-lake/lotus-gate/mutate/rollout"
	"github.com/lotus-lake/lotus-gate/mutate/secrethash"
)

// A new installation key rewrites baselines and rolls nothing out; the old key is then told to be unused. Changes go on being found.
func TestRotationRollsNothing(t *testing.T) {
	w := newWorld(t)
	w.create(secret("a", "password", "1"), deployment("app", template("a")), deployment("other", template("a")))
	var keys atomic.Pointer[digest.Keyring]
	first := ring("k1")
	keys.Store(&first)
	var mu sync.Mutex
	var inUse map[string]int
	w.start(func(c *rollout.Config) {
		c.Ring = func(context.Context, string) digest.Keyring { return *keys.Load() }
		c.KeyCheck = 200 * time.Millisecond
		c.KeysInUse = func(_ context.Context, baselines map[string]int) error {
			mu.Lock()
			defer mu.Unlock()
			inUse = baselines
			return nil
		}
	})
	used := func(want map[string]int) {
		t.Helper()
		w.eventually("keys in use", func() (bool, string) {
			mu.Lock()
			defer mu.Unlock()
			return fmt.Sprint(inUse) == fmt.Sprint(want), fmt.Sprint(inUse)
		})
	}
	used(map[string]int{"k1": 2})
	w.set("a", "password", "2")
	w.wantRollouts("app", 1)
	stamp := w.deployment("app").Spec.Template.Annotations[secrethash.AnnotationHash]

	second := ring("k2", "k1")
	keys.Store(&second)
	used(map[string]int{"k2": 2})
	w.wantRollouts("app", 1)
	if got := w.deployment("app").Spec.Template.Annotations[secrethash.AnnotationHash]; got != stamp {
		t.Errorf("stamp %s became %s", stamp, got)
	}
	third := ring("k2")
	keys.Store(&third)
	w.set("a", "password", "3")
	w.wantRollouts("app", 2)
	w.fresh("k2")
}

// A value that changes together with the key is a change.
func TestRotationAndChangeTogether(t *testing.T) {
	w := newWorld(t)
	w.create(secret("a", "password", "1"), deployment("app", template("a")))
	before := w.start(nil)
	w.fresh()
	before.stop()
	w.set("a", "password", "2")
	w.start(func(c *rollout.Config) {
		c.Ring = func(context.Context, string) digest.Keyring { return ring("k2", "k1") }
	})
	w.wantRollouts("app", 1)
	w.fresh("k2")
}

func TestKeyLost(t *testing.T) {
	w := newWorld(t)
	w.create(secret("a", "password", "1"), deployment("app", template("a")))
	before := w.start(nil)
	w.fresh()
	before.stop()
	r := w.start(func(c *rollout.Config) {
		c.Ring = func(context.Context, string) digest.Keyring { return ring("k9") }
	})
	w.fresh("k9")
	w.wantRollouts("app", 0)
	w.wantEvent("app", "KeyLost", "adopted anew")
	if got := r.metric(t, "lotus_gate_key_lost_total"); got != 1 {
		t.Errorf("key_lost_total %v", got)
	}
}

// Without any key nothing is decided, least of all that all keys are lost.
func TestNoKeyYet(t *testing.T) {
	w := newWorld(t)
	w.create(secret("a", "password", "1"), deployment("app", template("a")))
	before := w.start(nil)
	w.fresh()
	before.stop()
	var keys atomic.Pointer[digest.Keyring]
	keys.Store(&digest.Keyring{})
	r := w.start(func(c *rollout.Config) {
		c.Ring = func(context.Context, string) digest.Keyring { return *keys.Load() }
	})
	w.set("a", "password", "2")
	w.wantRollouts("app", 0)
	found := ring("k1")
	keys.Store(&found)
	w.wantRollouts("app", 1)
	if got := r.metric(t, "lotus_gate_key_lost_total"); got != 0 {
		t.Errorf("key_lost_total %v", got)
	}
}
