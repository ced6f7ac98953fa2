package keystore

import (
	"fmt"
	"maps"

	corev1 "k8s.io/api/core/v1"

	"github.com/lotus-lake/lotus-gate/mutate/digest"
)

// current is the data key that holds the id of the current installation key.
const current = "current"

// parse the ring of a Secret. Errors name keys, never what is in them.
func parse(secret *corev1.Secret) (digest.Keyring, error) {
	ring := digest.Keyring{Current: string(secret.Data[current]), Keys: make(map[string][]byte, len(secret.Data))}
	for id, key := range secret.Data {
		if id == current {
			continue
		}
		if len(key) != digest.KeyLength {
			return digest.Keyring{}, malformed(secret, fmt.Sprintf("key %q has %d bytes, not %d", id, len(key), digest.KeyLength))
		}
		ring.Keys[id] = key
	}
	if len(secret.Data[current]) == 0 {
		return digest.Keyring{}, malformed(secret, `"current" is not there or empty`)
	}
	if _, found := ring.Keys[ring.Current]; !found {
		// The id is left out: it may be a key that was put in the wrong place.
		return digest.Keyring{}, malformed(secret, `"current" names no key of it`)
	}
	return ring, nil
}

func malformed(secret *corev1.Secret, what string) error {
	return fmt.Errorf("the installation key, Secret %s/%s, is malformed: %s. Restore it, or delete it while no webhook runs: all workloads are then adopted anew",
		secret.Namespace, secret.Name, what)
}

// fill the Secret with the ring.
func fill(secret *corev1.Secret, ring digest.Keyring) {
	secret.Type = corev1.SecretTypeOpaque
	secret.Data = map[string][]byte{current: []byte(ring.Current)}
	maps.Copy(secret.Data, ring.Keys)
}

// union of what the Secret has and what this process holds, current as this process has it: baselines are under that key.
func union(theirs, ours digest.Keyring) digest.Keyring {
	ring := digest.Keyring{Current: ours.Current, Keys: make(map[string][]byte, len(theirs.Keys)+len(ours.Keys))}
	maps.Copy(ring.Keys, theirs.Keys)
	maps.Copy(ring.Keys, ours.Keys)
	return ring
}
