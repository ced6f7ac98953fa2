package rollout

import (
	"context"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/util/workqueue"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/log"
	"sigs.k8s.io/controller-runtime/pkg/source"

	"github.com/lotus-lake/lotus-gate/mutate/digest"
	"github.com/lotus-lake/lotus-gate/mutate/secrethash"
)

type queue = workqueue.TypedRateLimitingInterface[Request]

// backoff of a workload that could not be brought up to date.
func backoff() workqueue.TypedRateLimiter[Request] {
	return workqueue.NewTypedItemExponentialFailureRateLimiter[Request](50*time.Millisecond, time.Minute)
}

func (c *Controller) sources(cache cache.Cache) []source.TypedSource[Request] {
	sources := []source.TypedSource[Request]{
		source.TypedKind(cache, metadata(digest.Secret), c.onObject(digest.Secret)),
		source.TypedKind(cache, metadata(digest.ConfigMap), c.onObject(digest.ConfigMap)),
		source.TypedKind(cache, metadata("Namespace"), c.onNamespace()),
		source.TypedChannel(c.again, handler.TypedFuncs[Request, Request]{
			GenericFunc: func(_ context.Context, e event.TypedGenericEvent[Request], q queue) { q.Add(e.Object) },
		}),
	}
	for _, kind := range kinds {
		sources = append(sources, source.TypedKind(cache, kind.object(), onWorkload(kind)))
	}
	return sources
}

// onWorkload looks at every workload that comes, changes in what is kept of it, or goes.
func onWorkload(kind kind) handler.TypedEventHandler[client.Object, Request] {
	request := func(object client.Object) Request {
		return Request{Kind: kind.gvk.Kind, Namespace: object.GetNamespace(), Name: object.GetName()}
	}
	return handler.TypedFuncs[client.Object, Request]{
		CreateFunc: func(_ context.Context, e event.CreateEvent, q queue) { q.Add(request(e.Object)) },
		UpdateFunc: func(_ context.Context, e event.UpdateEvent, q queue) { q.Add(request(e.ObjectNew)) },
		DeleteFunc: func(_ context.Context, e event.DeleteEvent, q queue) { q.Add(request(e.Object)) },
	}
}

// onObject looks at the users of a Secret or ConfigMap that changed. What is there at the start changes nothing: all workloads are looked at then.
func (c *Controller) onObject(kind string) handler.TypedEventHandler[*metav1.PartialObjectMetadata, Request] {
	changed := func(ctx context.Context, object *metav1.PartialObjectMetadata, q queue) {
		id := kind + "/" + object.Name
		found, err := usersOf(ctx, c.cache, object.Namespace, id)
		if err != nil {
			log.FromContext(ctx).Error(err, "users of a changed object", "object", id, "namespace", object.Namespace)
			return
		}
		if len(found) == 0 {
			return
		}
		c.quiet.note(object.Namespace+"/"+id, c.config.Now())
		for _, request := range found {
			q.Add(request)
		}
	}
	return handler.TypedFuncs[*metav1.PartialObjectMetadata, Request]{
		CreateFunc: func(ctx context.Context, e event.TypedCreateEvent[*metav1.PartialObjectMetadata], q queue) {
			if !e.IsInInitialList {
				changed(ctx, e.Object, q)
			}
		},
		UpdateFunc: func(ctx context.Context, e event.TypedUpdateEvent[*metav1.PartialObjectMetadata], q queue) {
			if e.ObjectOld.ResourceVersion != e.ObjectNew.ResourceVersion {
				changed(ctx, e.ObjectNew, q)
			}
		},
		DeleteFunc: func(ctx context.Context, e event.TypedDeleteEvent[*metav1.PartialObjectMetadata], q queue) {
			changed(ctx, e.Object, q)
		},
	}
}

// onNamespace looks at all workloads of a namespace whose mode changed.
func (c *Controller) onNamespace() handler.TypedEventHandler[*metav1.PartialObjectMetadata, Request] {
	return handler.TypedFuncs[*metav1.PartialObjectMetadata, Request]{
		UpdateFunc: func(ctx context.Context, e event.TypedUpdateEvent[*metav1.PartialObjectMetadata], q queue) {
			was, had := e.ObjectOld.Labels[secrethash.LabelRollout]
			is, has := e.ObjectNew.Labels[secrethash.LabelRollout]
			if was == is && had == has {
				return
			}
			found, err := usersOf(ctx, c.cache, e.ObjectNew.Name, "")
			if err != nil {
				log.FromContext(ctx).Error(err, "workloads of a namespace", "namespace", e.ObjectNew.Name)
				return
			}
			for _, request := range found {
				q.Add(request)
			}
		},
	}
}
