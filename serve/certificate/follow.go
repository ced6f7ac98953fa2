package certificate

import (
	"context"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/rest"
	toolscache "k8s.io/client-go/tools/cache"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/log"
)

// followSecret hands every version of one Secret, and of no other, to take, until
// the context ends. Before, it has the Secret ensured, if that is given, as long
// as it takes.
func followSecret(ctx context.Context, config *rest.Config, scheme *runtime.Scheme, key client.ObjectKey, take func(*corev1.Secret), ensure func(context.Context) (*corev1.Secret, error)) error {
	if ensure != nil {
		again := wait.Backoff{Duration: 200 * time.Millisecond, Factor: 2, Jitter: 0.2, Steps: 6, Cap: 5 * time.Second}
		err := again.DelayFunc().Until(ctx, true, false, func(ctx context.Context) (bool, error) {
			_, err := ensure(ctx)
			if err != nil && ctx.Err() == nil {
				log.FromContext(ctx).Error(err, "certificate authority cannot be had yet")
			}
			return err == nil, nil
		})
		if err != nil {
			return nil //nolint:nilerr // the context ended
		}
	}
	one, err := cache.New(config, cache.Options{
		Scheme: scheme,
		ByObject: map[client.Object]cache.ByObject{&corev1.Secret{}: {
			Namespaces: map[string]cache.Config{key.Namespace: {}},
			Field:      fields.OneTermEqualSelector("metadata.name", key.Name),
		}},
	})
	if err != nil {
		return fmt.Errorf("watch Secret %s: %w", key, err)
	}
	informer, err := one.GetInformer(ctx, &corev1.Secret{}, cache.BlockUntilSynced(false))
	if err != nil {
		return fmt.Errorf("watch Secret %s: %w", key, err)
	}
	changed := func(object any) {
		if secret, ok := object.(*corev1.Secret); ok {
			take(secret)
		}
	}
	if _, err := informer.AddEventHandler(toolscache.ResourceEventHandlerFuncs{
		AddFunc:    changed,
		UpdateFunc: func(_, object any) { changed(object) },
	}); err != nil {
		return fmt.Errorf("watch Secret %s: %w", key, err)
	}
	return one.Start(ctx)
}
