// Package delivery tells where a push stands on its way from git through a Flux source
// and a Terraform object to what is applied, follows it, and finds what does not come
// to rest. It reads a cluster, as often as it is asked to, and changes nothing.
package delivery

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/lotus-lake/lotus-gate/tofu"
	"github.com/lotus-lake/lotus-gate/validate/kube"
)

// Cluster is where to look.
type Cluster struct {
	Client    *kube.Client
	Namespace string // of Terraform objects; "" for all
	Source    string // name of the one source that counts; "" for every one that a Terraform object has
	Now       func() time.Time
}

// Look is what the cluster says at one moment.
type Look struct {
	At      time.Time
	Sources []Source // by namespace and name
}

// Source is a source and the Terraform objects that run what it serves.
type Source struct {
	Kind, Namespace, Name string
	Object                *tofu.Source // nil when it does not exist
	Users                 []tofu.Terraform
}

// ErrNobody is a namespace without Terraform objects.
var ErrNobody = errors.New("there is no Terraform object")

// sourceResources are the kinds that spec.sourceRef can name.
var sourceResources = map[string]string{"GitRepository": "gitrepositories", "Bucket": "buckets", "OCIRepository": "ocirepositories"}

// Look reads the Terraform objects and the sources that they name.
func (c *Cluster) Look(ctx context.Context) (*Look, error) {
	resource := kube.Resource{Group: tofu.Group, Version: tofu.Version, Resource: tofu.Resource}
	found := map[[3]string]*Source{}
	any := false
	err := kube.List(ctx, c.Client, resource, c.Namespace, "", func(t *tofu.Terraform) error {
		any = true
		ref := t.Spec.SourceRef
		if c.Source != "" && ref.Name != c.Source {
			return nil
		}
		key := [3]string{ref.Kind, t.SourceNamespace(), ref.Name}
		if found[key] == nil {
			found[key] = &Source{Kind: ref.Kind, Namespace: key[1], Name: ref.Name}
		}
		found[key].Users = append(found[key].Users, *t)
		return nil
	})
	if err != nil {
		return nil, err
	}
	if !any {
		return nil, ErrNobody
	}
	look := &Look{At: c.Now()}
	for _, s := range found {
		if s.Object, err = c.source(ctx, s); err != nil {
			return nil, err
		}
		slices.SortFunc(s.Users, func(a, b tofu.Terraform) int {
			return cmp.Or(strings.Compare(a.Namespace, b.Namespace), strings.Compare(a.Name, b.Name))
		})
		look.Sources = append(look.Sources, *s)
	}
	slices.SortFunc(look.Sources, func(a, b Source) int { return strings.Compare(a.String(), b.String()) })
	return look, nil
}

// source reads one; nil when it does not exist.
func (c *Cluster) source(ctx context.Context, s *Source) (*tofu.Source, error) {
	resource, known := sourceResources[s.Kind]
	if !known {
		return nil, nil
	}
	object, err := kube.Get[tofu.Source](ctx, c.Client, kube.Resource{Group: tofu.SourceGroup, Version: "v1", Resource: resource}, s.Namespace, s.Name)
	var missing *kube.Missing
	if errors.As(err, &missing) {
		return nil, nil
	}
	return object, err
}

// String is the kind and the name, as in GitRepository lotus-lake/lotus-lake.
func (s *Source) String() string { return s.Kind + " " + s.Namespace + "/" + s.Name }
