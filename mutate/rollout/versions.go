package rollout

import (
	"context"
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/lotus-lake/lotus-gate/mutate/values"
)

// versions of the objects that a workload uses, as the cache shows them. They are taken before the values are read: when a value is newer than
// its version here, the event to come has it looked at once more, for nothing.
func (c *Controller) versions(ctx context.Context, w workload) ([]values.Version, error) {
	versions := make([]values.Version, len(w.refs))
	for i, ref := range w.refs {
		object := metadata(ref.Kind)
		err := c.cache.Get(ctx, types.NamespacedName{Namespace: w.Namespace, Name: ref.Name}, object, client.UnsafeDisableDeepCopy)
		if apierrors.IsNotFound(err) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("version of %s of %s: %w", ref.ID(), w.Request, err)
		}
		versions[i] = values.Version{UID: object.UID, ResourceVersion: object.ResourceVersion}
	}
	return versions, nil
}

// with the versions of what is used.
func (f fingerprint) with(versions []values.Version) fingerprint {
	parts := make([]string, 0, 1+2*len(versions))
	parts = append(parts, string(f[:]))
	for _, v := range versions {
		parts = append(parts, string(v.UID), v.ResourceVersion)
	}
	return fingerprintOf(parts...)
}

// namespaceLabels as the cache shows them; none when the namespace is not there.
func (c *Controller) namespaceLabels(ctx context.Context, name string) (map[string]string, error) {
	namespace := metadata("Namespace")
	err := c.cache.Get(ctx, types.NamespacedName{Name: name}, namespace, client.UnsafeDisableDeepCopy)
	if client.IgnoreNotFound(err) != nil {
		return nil, fmt.Errorf("namespace %s: %w", name, err)
	}
	return namespace.Labels, nil
}
