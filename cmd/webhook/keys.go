package main

import (
	"context"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/log"

	"github.com/lotus-lake/lotus-gate/mutate/keystore"
)

// follow reads the installation key, or makes it, as long as it takes, and follows
// it.
func follow(keys *keystore.Store) func(context.Context) error {
	return func(ctx context.Context) error {
		for {
			err := keys.Load(ctx)
			if err == nil {
				return keys.Start(ctx)
			}
			if ctx.Err() == nil {
				log.FromContext(ctx).Error(err, "installation key cannot be had yet")
			}
			select {
			case <-ctx.Done():
				return nil
			case <-time.After(2 * time.Second):
			}
		}
	}
}

// dropUnused gives what drops the installation keys that neither a workload's
// baseline nor the record of a Terraform object was made with. As long as one of
// the two cannot be counted, every key stays.
func dropUnused(
	records func(context.Context) (map[string]int, error), drop func(context.Context, func(id string) bool) ([]string, error),
) func(ctx context.Context, baselines map[string]int) error {
	return func(ctx context.Context, baselines map[string]int) error {
		recorded, err := records(ctx)
		if err != nil {
			return err
		}
		_, err = drop(ctx, func(id string) bool { return baselines[id] > 0 || recorded[id] > 0 })
		return err
	}
}
