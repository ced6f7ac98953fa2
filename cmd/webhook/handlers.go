package main

import (
	"context"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/metrics"

	"github.com/lotus-lake/lotus-gate/mutate"
	"github.com/lotus-lake/lotus-gate/mutate/keystore"
	"github.com/lotus-lake/lotus-gate/mutate/refresh"
	"github.com/lotus-lake/lotus-gate/mutate/secrethash"
	"github.com/lotus-lake/lotus-gate/mutate/values"
	"github.com/lotus-lake/lotus-gate/validate"
	"github.com/lotus-lake/lotus-gate/validate/cluster"
	"github.com/lotus-lake/lotus-gate/validate/ruleset"
)

// newValidator judges requests with the rules as they are when a request comes.
func newValidator(cached, live client.Reader, policies *ruleset.Ruleset) *validate.Handler {
	return validate.New(validate.Config{
		Policies: func() validate.Policies {
			current := policies.Current()
			return validate.Policies{Set: current.Set, Engine: current.Engine, Revision: current.Revision}
		},
		Live:    cluster.New(cluster.Config{Cached: cached, Live: live}),
		Metrics: validate.NewMetrics(metrics.Registry),
	})
}

// newMutator amends workloads and Terraform objects.
func newMutator(o *options, c configuration, live client.Reader, labels labelsOf, reader *values.Reader, keys *keystore.Store) *mutate.Handler {
	return mutate.New(mutate.Config{
		Mode: secrethash.Mode(c.SecretHash.Mode), PullSecrets: c.SecretHash.ImagePullSecrets,
		NamespaceLabels: labels, Values: reader, Ring: keys.With,
		Terraform: refresh.NewAdmitter(refresh.AdmitterConfig{
			Mode: secrethash.Mode(c.Refresh.Mode), Settings: c.Refresh.settings(),
			NamespaceLabels: labels, Sources: live, Metadata: live, Values: reader, Ring: keys.With,
		}),
		Controllers: []string{o.serviceAccount}, Metrics: mutate.NewMetrics(metrics.Registry),
	})
}

// labelsOf gives the labels of a namespace.
type labelsOf = func(ctx context.Context, namespace string) (map[string]string, error)

// namespaceLabels reads them from a cache; a namespace that is not there has none.
func namespaceLabels(from client.Reader) labelsOf {
	return func(ctx context.Context, name string) (map[string]string, error) {
		namespace := namespaces()
		err := from.Get(ctx, client.ObjectKey{Name: name}, namespace)
		return namespace.Labels, client.IgnoreNotFound(err)
	}
}

// namespaces are watched as metadata, for their labels.
func namespaces() *metav1.PartialObjectMetadata {
	return &metav1.PartialObjectMetadata{TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "Namespace"}}
}

func labelsOnly(object any) (any, error) {
	if m, ok := object.(*metav1.PartialObjectMetadata); ok {
		m.ManagedFields, m.Annotations = nil, nil
	}
	return object, nil
}
