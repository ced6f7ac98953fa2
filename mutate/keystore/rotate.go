package keystore

import (
	"context"
	"maps"
	"slices"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/client-go/util/retry"

	"github.com/lotus-lake/lotus-gate/mutate/digest"
)

// Rotate adds a key and makes it current; the id is returned. Nothing rolls out: baselines under older keys are rewritten by the leader, whose Drop takes the old keys away.
// It works on the Secret as it is, and fails when there is none.
func (s *Store) Rotate(ctx context.Context) (string, error) {
	id, key, err := s.newKey()
	if err != nil {
		return "", err
	}
	err = s.change(ctx, func(ring digest.Keyring) (digest.Keyring, bool) {
		ring.Keys[id], ring.Current = key, id
		return ring, true
	})
	if err != nil {
		return "", err
	}
	return id, s.Load(ctx)
}

// Drop the keys that are neither current nor in use, where used tells of an id whether any baseline is under it. Until this process has seen the current key for the grace nothing is
// dropped: a replica that has not seen it yet may still write baselines under an older one. The ids that went are returned, sorted.
func (s *Store) Drop(ctx context.Context, used func(id string) bool) ([]string, error) {
	seen := s.last.Load()
	if len(seen.ring.Keys) < 2 || s.config.Now().Sub(seen.since) < s.config.Grace {
		return nil, nil
	}
	var dropped []string
	err := s.change(ctx, func(ring digest.Keyring) (digest.Keyring, bool) {
		dropped = nil
		if ring.Current != seen.ring.Current {
			return ring, false // somebody rotated meanwhile: the grace begins again
		}
		for _, id := range slices.Sorted(maps.Keys(ring.Keys)) {
			if id != ring.Current && !used(id) {
				dropped = append(dropped, id)
				delete(ring.Keys, id)
			}
		}
		return ring, len(dropped) > 0
	})
	if err != nil {
		return nil, err
	}
	return dropped, s.Load(ctx)
}

// change the ring in the Secret under its resourceVersion. The function gets a copy and tells whether there is something to write.
func (s *Store) change(ctx context.Context, change func(digest.Keyring) (digest.Keyring, bool)) error {
	return retry.OnError(retry.DefaultBackoff, apierrors.IsConflict, func() error {
		secret, err := s.get(ctx)
		if err != nil {
			return err
		}
		ring, err := parse(secret)
		if err != nil {
			return err
		}
		ring.Keys = maps.Clone(ring.Keys)
		ring, wanted := change(ring)
		if !wanted {
			return nil
		}
		fill(secret, ring)
		return plain("write the installation key", s.config.Client.Update(ctx, secret))
	})
}
