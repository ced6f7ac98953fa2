package rollout

import (
	"context"
	"fmt"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/log"

	"github.com/lotus-lake/lotus-gate/mutate/secrethash"
)

// keyCheck has baselines under older installation keys rewritten, and tells which keys are in use. It runs on the leader.
type keyCheck struct{ *Controller }

// NeedLeaderElection is true: one process at a time drops keys.
func (keyCheck) NeedLeaderElection() bool { return true }

// Start checks until the context ends. A check that fails is told and done again.
func (k keyCheck) Start(ctx context.Context) error {
	ticker := time.NewTicker(k.config.KeyCheck)
	defer ticker.Stop()
	for {
		if err := k.check(ctx); err != nil && ctx.Err() == nil {
			log.FromContext(ctx).Error(err, "check of installation keys")
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}

func (k keyCheck) check(ctx context.Context) error {
	inUse := map[string]int{}
	var outdated []Request
	current := k.config.Ring(ctx, "").Current
	err := eachWorkload(ctx, k.cache, []client.ListOption{client.UnsafeDisableDeepCopy}, func(kind kind, object client.Object) {
		text, found := object.GetAnnotations()[secrethash.AnnotationBaseline]
		if !found {
			return
		}
		baseline, err := secrethash.ParseBaseline(text)
		if err != nil {
			return // adopted anew, under the current key
		}
		inUse[baseline.Key]++
		if baseline.Key != current {
			outdated = append(outdated, Request{Kind: kind.gvk.Kind, Namespace: object.GetNamespace(), Name: object.GetName()})
		}
	})
	if err != nil {
		return fmt.Errorf("baselines: %w", err)
	}
	for _, request := range outdated {
		select {
		case k.again <- event.TypedGenericEvent[Request]{Object: request}:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	if k.config.KeysInUse == nil {
		return nil
	}
	if err := k.config.KeysInUse(ctx, inUse); err != nil {
		return fmt.Errorf("drop installation keys that no baseline uses: %w", err)
	}
	return nil
}

// recallRollouts reads once what other processes rolled out in the past minute, before this one rolls out anything.
func (c *Controller) recallRollouts(ctx context.Context) error {
	c.recall.Lock()
	defer c.recall.Unlock()
	if c.recalled || c.config.Limits.Budget <= 0 {
		return nil
	}
	var times []time.Time
	err := eachWorkload(ctx, c.cache, []client.ListOption{client.UnsafeDisableDeepCopy}, func(kind kind, object client.Object) {
		at, err := time.Parse(time.RFC3339, object.GetAnnotations()[secrethash.AnnotationAt])
		if err == nil && kind.pods {
			times = append(times, at)
		}
	})
	if err != nil {
		return fmt.Errorf("rollouts of the past minute: %w", err)
	}
	c.budget.replay(times, c.config.Now())
	c.recalled = true
	return nil
}
