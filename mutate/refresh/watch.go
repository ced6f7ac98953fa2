package refresh

import (
	"context"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/util/workqueue"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/apiutil"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/log"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
	"sigs.k8s.io/controller-runtime/pkg/source"

	"github.com/lotus-lake/lotus-gate/mutate/digest"
	"github.com/lotus-lake/lotus-gate/mutate/rerun"
	"github.com/lotus-lake/lotus-gate/tofu"
)

type queue = workqueue.TypedRateLimitingInterface[reconcile.Request]

// Indexes of Terraform objects: by "Kind/namespace/name" of the source and of each
// used object.
const (
	bySource = "lotus-gate.source"
	byUse    = "lotus-gate.use"
)

func objectKey(kind, namespace, name string) string { return kind + "/" + namespace + "/" + name }

// sources of the controller's events. Terraform and source kinds may not be there
// yet: each is looked for every so often and watched from when it is.
func (c *Controller) sources(from cache.Cache) []source.TypedSource[reconcile.Request] {
	sources := []source.TypedSource[reconcile.Request]{
		c.once(from, &tofu.Terraform{}, c.index, handler.TypedFuncs[client.Object, reconcile.Request]{
			CreateFunc: func(_ context.Context, e event.CreateEvent, q queue) { q.Add(requestFor(e.Object)) },
			UpdateFunc: func(_ context.Context, e event.UpdateEvent, q queue) { q.Add(requestFor(e.ObjectNew)) },
			DeleteFunc: func(_ context.Context, e event.DeleteEvent, q queue) { q.Add(requestFor(e.Object)) },
		}),
		source.TypedKind(from, metadata("Namespace"), c.onNamespace()),
		source.TypedKind(from, metadata(digest.Secret), c.onUsed(digest.Secret)),
		source.TypedKind(from, metadata(digest.ConfigMap), c.onUsed(digest.ConfigMap)),
		source.TypedChannel(c.again, handler.TypedFuncs[types.NamespacedName, reconcile.Request]{
			GenericFunc: func(_ context.Context, e event.TypedGenericEvent[types.NamespacedName], q queue) {
				q.Add(reconcile.Request{NamespacedName: e.Object})
			},
		}),
	}
	for kind, object := range sourceKinds() {
		sources = append(sources, c.once(from, object(), nil, c.onSource(kind)))
	}
	return sources
}

// once watches objects of a kind once the API server serves it; prepare comes first.
func (c *Controller) once(
	from cache.Cache, object client.Object, prepare func(context.Context) error, events handler.TypedEventHandler[client.Object, reconcile.Request],
) source.TypedSource[reconcile.Request] {
	return source.TypedFunc[reconcile.Request](func(ctx context.Context, q workqueue.TypedRateLimitingInterface[reconcile.Request]) error {
		gvk, err := apiutil.GVKForObject(object, c.scheme)
		if err != nil {
			return fmt.Errorf("watch: %w", err)
		}
		go func() {
			if !c.served(ctx, gvk) {
				return
			}
			if prepare != nil {
				if err := prepare(ctx); err != nil {
					log.FromContext(ctx).Error(err, "prepare to watch", "kind", gvk.Kind)
					return
				}
			}
			if err := source.TypedKind(from, object, events).Start(ctx, q); err != nil {
				log.FromContext(ctx).Error(err, "watch", "kind", gvk.Kind)
			}
		}()
		return nil
	})
}

// served waits until the API server serves a kind; false when the context ends first.
func (c *Controller) served(ctx context.Context, gvk schema.GroupVersionKind) bool {
	told := false
	for {
		_, err := c.mapper.RESTMapping(gvk.GroupKind(), gvk.Version)
		if err == nil {
			return true
		}
		if !told {
			log.FromContext(ctx).Info("kind cannot be watched yet; looking again every so often", "kind", gvk.String(), "every", c.config.KindCheck.String(), "absent", meta.IsNoMatchError(err))
			told = true
		}
		select {
		case <-ctx.Done():
			return false
		case <-time.After(c.config.KindCheck):
		}
	}
}

// index of Terraform objects, made before the first is listed.
func (c *Controller) index(ctx context.Context) error {
	err := c.indexer.IndexField(ctx, &tofu.Terraform{}, bySource, func(o client.Object) []string {
		t := o.(*tofu.Terraform)
		return []string{objectKey(t.Spec.SourceRef.Kind, t.SourceNamespace(), t.Spec.SourceRef.Name)}
	})
	if err != nil {
		return fmt.Errorf("index by source: %w", err)
	}
	err = c.indexer.IndexField(ctx, &tofu.Terraform{}, byUse, func(o client.Object) []string {
		uses := rerun.Uses(o.(*tofu.Terraform))
		keys := make([]string, len(uses))
		for i, u := range uses {
			keys[i] = objectKey(u.Ref.Kind, u.Namespace, u.Ref.Name)
		}
		return keys
	})
	if err != nil {
		return fmt.Errorf("index by use: %w", err)
	}
	c.indexed.Store(true)
	return nil
}

// users are the Terraform objects under a key of an index. There are none before the
// index is there: what is listed first is looked at as a whole.
func (c *Controller) users(ctx context.Context, options ...client.ListOption) []types.NamespacedName {
	if !c.indexed.Load() {
		return nil
	}
	list := &tofu.TerraformList{}
	if err := c.cache.List(ctx, list, append(options, client.UnsafeDisableDeepCopy)...); err != nil {
		log.FromContext(ctx).Error(err, "list Terraform objects")
		return nil
	}
	names := make([]types.NamespacedName, len(list.Items))
	for i := range list.Items {
		names[i] = client.ObjectKeyFromObject(&list.Items[i])
	}
	return names
}

// onSource looks at the users of a source whose artifact, or answer to a poke, changed.
func (c *Controller) onSource(kind string) handler.TypedEventHandler[client.Object, reconcile.Request] {
	users := func(ctx context.Context, o client.Object, q queue) {
		for _, name := range c.users(ctx, client.MatchingFields{bySource: objectKey(kind, o.GetNamespace(), o.GetName())}) {
			q.Add(reconcile.Request{NamespacedName: name})
		}
	}
	return handler.TypedFuncs[client.Object, reconcile.Request]{
		CreateFunc: func(ctx context.Context, e event.CreateEvent, q queue) {
			if !e.IsInInitialList {
				users(ctx, e.Object, q)
			}
		},
		UpdateFunc: func(ctx context.Context, e event.UpdateEvent, q queue) {
			if was, is := sourceOf(e.ObjectOld), sourceOf(e.ObjectNew); was == nil || is == nil || *was != *is {
				users(ctx, e.ObjectNew, q)
			}
		},
		DeleteFunc: func(ctx context.Context, e event.DeleteEvent, q queue) { users(ctx, e.Object, q) },
	}
}

// onUsed looks at the users of a Secret or ConfigMap that changed and that no runner wrote.
func (c *Controller) onUsed(kind string) handler.TypedEventHandler[*metav1.PartialObjectMetadata, reconcile.Request] {
	users := func(ctx context.Context, o *metav1.PartialObjectMetadata, q queue) {
		if tofu.Generated(o) {
			return
		}
		for _, name := range c.users(ctx, client.MatchingFields{byUse: objectKey(kind, o.Namespace, o.Name)}) {
			c.quiet.note(name, c.config.Now())
			q.Add(reconcile.Request{NamespacedName: name})
		}
	}
	return handler.TypedFuncs[*metav1.PartialObjectMetadata, reconcile.Request]{
		CreateFunc: func(ctx context.Context, e event.TypedCreateEvent[*metav1.PartialObjectMetadata], q queue) {
			if !e.IsInInitialList {
				users(ctx, e.Object, q)
			}
		},
		UpdateFunc: func(ctx context.Context, e event.TypedUpdateEvent[*metav1.PartialObjectMetadata], q queue) {
			if e.ObjectOld.ResourceVersion != e.ObjectNew.ResourceVersion {
				users(ctx, e.ObjectNew, q)
			}
		},
		DeleteFunc: func(ctx context.Context, e event.TypedDeleteEvent[*metav1.PartialObjectMetadata], q queue) {
			users(ctx, e.Object, q)
		},
	}
}

// onNamespace looks at all Terraform objects of a namespace whose mode changed.
func (c *Controller) onNamespace() handler.TypedEventHandler[*metav1.PartialObjectMetadata, reconcile.Request] {
	return handler.TypedFuncs[*metav1.PartialObjectMetadata, reconcile.Request]{
		UpdateFunc: func(ctx context.Context, e event.TypedUpdateEvent[*metav1.PartialObjectMetadata], q queue) {
			if e.ObjectOld.Labels[rerun.AnnotationMode] == e.ObjectNew.Labels[rerun.AnnotationMode] {
				return
			}
			for _, name := range c.users(ctx, client.InNamespace(e.ObjectNew.Name)) {
				q.Add(reconcile.Request{NamespacedName: name})
			}
		},
	}
}

func requestFor(o client.Object) reconcile.Request {
	return reconcile.Request{NamespacedName: client.ObjectKeyFromObject(o)}
}

func metadata(kind string) *metav1.PartialObjectMetadata {
	m := &metav1.PartialObjectMetadata{}
	m.SetGroupVersionKind(corev1.SchemeGroupVersion.WithKind(kind))
	return m
}
