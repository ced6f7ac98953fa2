package refresh

import (
	"context"
	"fmt"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/log"

	"github.com/lotus-lake/lotus-gate/mutate/rerun"
	"github.com/lotus-lake/lotus-gate/tofu"
)

// KeysInUse counts the records made under each installation key. A key that is in
// use must not be dropped.
func (c *Controller) KeysInUse(ctx context.Context) (map[string]int, error) {
	inUse := map[string]int{}
	err := c.eachRecord(ctx, func(_ *tofu.Terraform, key string) { inUse[key]++ })
	return inUse, err
}

func (c *Controller) eachRecord(ctx context.Context, each func(t *tofu.Terraform, key string)) error {
	gvk := tofu.GroupVersionKind()
	if _, err := c.mapper.RESTMapping(gvk.GroupKind(), gvk.Version); meta.IsNoMatchError(err) {
		return nil
	} else if err != nil {
		return fmt.Errorf("look for Terraform objects: %w", err)
	}
	list := &tofu.TerraformList{}
	if err := c.cache.List(ctx, list, client.UnsafeDisableDeepCopy); err != nil {
		return fmt.Errorf("records: %w", err)
	}
	for i := range list.Items {
		if key := rerun.InstallationKey(list.Items[i].Annotations); key != "" {
			each(&list.Items[i], key)
		}
	}
	return nil
}

// keyCheck has records under older installation keys rewritten, on the leader.
type keyCheck struct{ *Controller }

// NeedLeaderElection is true, for a standby writes nothing.
func (keyCheck) NeedLeaderElection() bool { return true }

// Start checks until the context ends.
func (k keyCheck) Start(ctx context.Context) error {
	ticker := time.NewTicker(k.config.KeyCheck)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
		current := k.config.Ring(ctx, "").Current
		err := k.eachRecord(ctx, func(t *tofu.Terraform, key string) {
			if key == current {
				return
			}
			select {
			case k.again <- event.TypedGenericEvent[client.ObjectKey]{Object: client.ObjectKeyFromObject(t)}:
			case <-ctx.Done():
			}
		})
		if err != nil && ctx.Err() == nil {
			log.FromContext(ctx).Error(err, "check of records")
		}
	}
}
