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
