package ruleset

import (
	"context"
	"fmt"
	"slices"
	"strings"

	core "k8s.io/api/core/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/tools/cache"
)

func configMapPrefix(namespace string) string { return "ConfigMap " + namespace + "/" }

// newInformer watches the ConfigMaps that hold policies, and no others; notify is
// called on every change.
func (c Config) newInformer(notify func()) (cache.SharedIndexInformer, error) {
	maps, selector := c.Client.CoreV1().ConfigMaps(c.Namespace), c.Selector.String()
	informer := cache.NewSharedIndexInformer(&cache.ListWatch{
		ListWithContextFunc: func(ctx context.Context, o meta.ListOptions) (runtime.Object, error) {
			o.LabelSelector = selector
			return maps.List(ctx, o)
		},
		WatchFuncWithContext: func(ctx context.Context, o meta.ListOptions) (watch.Interface, error) {
			o.LabelSelector = selector
			return maps.Watch(ctx, o)
		},
	}, &core.ConfigMap{}, 0, cache.Indexers{})
	_, err := informer.AddEventHandler(cache.ResourceEventHandlerFuncs{
		AddFunc: func(any) { notify() }, UpdateFunc: func(any, any) { notify() }, DeleteFunc: func(any) { notify() },
	})
	return informer, err
}

// readConfigMap takes the keys that end in .rego.
func readConfigMap(object *core.ConfigMap, left *budget) (source, error) {
	files, name := map[string]string{}, configMapPrefix(object.Namespace)+object.Name
	for key, text := range object.Data {
		if !strings.HasSuffix(key, ".rego") {
			continue
		}
		if err := left.take(name, len(text)); err != nil {
			return source{}, err
		}
		files[key] = text
	}
	if len(files) == 0 {
		return source{}, fmt.Errorf("%s: no key ends in .rego", name)
	}
	return source{name: name, files: files}, nil
}

// configMaps lists those that the informer knows, by name.
func configMaps(store cache.Store) []*core.ConfigMap {
	var all []*core.ConfigMap
	for _, object := range store.List() {
		if c, ok := object.(*core.ConfigMap); ok {
			all = append(all, c)
		}
	}
	slices.SortFunc(all, func(a, b *core.ConfigMap) int { return strings.Compare(a.Name, b.Name) })
	return all
}
