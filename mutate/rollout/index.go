package rollout

import (
	"context"
	"fmt"

	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/lotus-lake/lotus-gate/mutate/digest"
	"github.com/lotus-lake/lotus-gate/mutate/secrethash"
)

// Request names one workload.
type Request struct{ Kind, Namespace, Name string }

// String is "Deployment flux-system/app".
func (r Request) String() string { return r.Kind + " " + r.Namespace + "/" + r.Name }

// users is the index of the cache from "Secret/a" to the workloads of the same namespace that use it.
const users = "lotus-gate.dev/uses"

func indexUsers(ctx context.Context, indexer client.FieldIndexer) error {
	for _, kind := range kinds {
		if err := indexer.IndexField(ctx, kind.object(), users, used); err != nil {
			return fmt.Errorf("index of what %ss use: %w", kind.gvk.Kind, err)
		}
	}
	return nil
}

// used lists the references of a stripped workload.
func used(object client.Object) []string {
	workload, ok := secrethash.Of(object)
	if !ok {
		return nil
	}
	refs := digest.PodRefs(&workload.Template.Spec, false)
	ids := make([]string, len(refs))
	for i, ref := range refs {
		ids[i] = ref.ID()
	}
	return ids
}

// usersOf lists the workloads of a namespace that use the object with this id ("Secret/a"); all workloads of the namespace when id is "".
func usersOf(ctx context.Context, cache client.Reader, namespace, id string) ([]Request, error) {
	options := []client.ListOption{client.InNamespace(namespace), client.UnsafeDisableDeepCopy}
	if id != "" {
		options = append(options, client.MatchingFields{users: id})
	}
	var found []Request
	err := eachWorkload(ctx, cache, options, func(kind kind, object client.Object) {
		found = append(found, Request{Kind: kind.gvk.Kind, Namespace: object.GetNamespace(), Name: object.GetName()})
	})
	return found, err
}

// eachWorkload goes over the workloads of all kinds. The objects are those of the cache: they must not be changed.
func eachWorkload(ctx context.Context, cache client.Reader, options []client.ListOption, visit func(kind, client.Object)) error {
	for _, kind := range kinds {
		list := kind.list()
		if err := cache.List(ctx, list, options...); err != nil {
			return fmt.Errorf("list %ss: %w", kind.gvk.Kind, err)
		}
		err := each(list, func(object client.Object) error {
			visit(kind, object)
			return nil
		})
		if err != nil {
			return fmt.Errorf("list %ss: %w", kind.gvk.Kind, err)
		}
	}
	return nil
}

func each(list client.ObjectList, visit func(client.Object) error) error {
	return meta.EachListItem(list, func(object runtime.Object) error { return visit(object.(client.Object)) })
}
