// Package collect reads into an audit's facts what a cluster and Airbyte say. It only
// reads, keeps ids and names, and tells what it could not read instead of leaving it
// out.
package collect

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/lotus-lake/lotus-gate/tofu"
	"github.com/lotus-lake/lotus-gate/validate/audit"
	"github.com/lotus-lake/lotus-gate/validate/audit/leaf"
	"github.com/lotus-lake/lotus-gate/validate/audit/objects"
	"github.com/lotus-lake/lotus-gate/validate/audit/tfstate"
	"github.com/lotus-lake/lotus-gate/validate/kube"
)

// Kinds that are read.
var (
	terraforms = kube.Resource{Group: tofu.Group, Version: tofu.Version, Resource: tofu.Resource}
	secrets    = kube.Resource{Version: "v1", Resource: "secrets"}
	configMaps = kube.Resource{Version: "v1", Resource: "configmaps"}
	pods       = kube.Resource{Version: "v1", Resource: "pods"}
)

// Cluster reads one cluster.
type Cluster struct {
	Client     *kube.Client
	Namespaces []string // none: all
	Identities []string // Secrets with the identities of S3 servers, namespace/name; those that exist count

	// Artifacts are those that the sources of Terraform objects serve, by source, once
	// Collect has run.
	Artifacts map[audit.Name]tofu.Artifact
}

// cluster is one run over a cluster.
type cluster struct {
	*Cluster
	facts   *audit.Facts
	changed map[audit.Name]time.Time // of Secrets, by what was listed
	states  map[audit.Name][]int     // numbers of the parts of states
	created map[audit.Name]time.Time
	objects []tofu.Terraform
	listed  map[string]bool // namespaces whose Secrets were listed; "" for all
	sources map[audit.Name]*tofu.Source
}

// Collect reads Terraform objects with their sources and states, workloads and
// identities into the facts. What cannot be read is told there; an error is what made
// it end.
func (c *Cluster) Collect(ctx context.Context, facts *audit.Facts) error {
	r := &cluster{
		Cluster: c, facts: facts, changed: map[audit.Name]time.Time{}, states: map[audit.Name][]int{}, created: map[audit.Name]time.Time{},
		listed: map[string]bool{}, sources: map[audit.Name]*tofu.Source{},
	}
	c.Artifacts = map[audit.Name]tofu.Artifact{}
	facts.States = &audit.States{}
	namespaces := c.Namespaces
	if len(namespaces) == 0 {
		namespaces = []string{""}
	}
	for _, namespace := range namespaces {
		if err := r.secrets(ctx, namespace); err != nil {
			return err
		}
		if err := r.terraforms(ctx, namespace); err != nil {
			return err
		}
	}
	r.identities(ctx)
	r.deliveries(ctx)
	r.readStates(ctx)
	for _, namespace := range namespaces {
		if err := r.workloads(ctx, namespace); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// undecided tells what could not be read. Whoever waits no longer gets no report.
func (r *cluster) undecided(what string, err error) {
	r.facts.Undecided = append(r.facts.Undecided, what+": "+err.Error())
}

// secrets lists the names of Secrets and when they changed; values stay where they
// are.
func (r *cluster) secrets(ctx context.Context, namespace string) error {
	err := kube.List(ctx, r.Client, secrets, namespace, "", func(s *kube.Metadata) error {
		name := audit.Name{Namespace: s.Namespace, Name: s.Name}
		r.changed[name] = objects.Changed(&s.ObjectMeta)
		r.created[name] = s.CreationTimestamp.Time
		if strings.HasPrefix(s.Name, "tfstate-") {
			whole, number, _ := tfstate.Part(s.Name)
			name.Name = whole
			r.states[name] = append(r.states[name], number)
		}
		return nil
	})
	if err == nil {
		r.listed[namespace] = true
		return nil
	}
	r.facts.States.Partial = true
	r.undecided("states and changed Secrets are not audited", err)
	return ctx.Err()
}

func (r *cluster) terraforms(ctx context.Context, namespace string) error {
	err := kube.List(ctx, r.Client, terraforms, namespace, "", func(t *tofu.Terraform) error {
		t.ManagedFields = nil
		r.objects = append(r.objects, *t)
		return nil
	})
	if err == nil {
		return nil
	}
	r.facts.States.Partial = true
	r.undecided("Terraform objects are not audited", err)
	return ctx.Err()
}

// deliveries reads the sources and says where each Terraform object stands.
func (r *cluster) deliveries(ctx context.Context) {
	for i := range r.objects {
		t := &r.objects[i]
		source, err := r.source(ctx, t)
		if err != nil {
			r.undecided("the way from push to apply of Terraform "+t.Namespace+"/"+t.Name+" is not audited", err)
			continue
		}
		if source != nil && source.Status.Artifact != nil {
			r.Artifacts[audit.Name{Namespace: t.SourceNamespace(), Name: t.Spec.SourceRef.Name}] = *source.Status.Artifact
		}
		var inputs []audit.Secret
		var keys []audit.AccessKey
		for _, from := range t.Spec.VarsFrom {
			name := audit.Name{Namespace: t.Namespace, Name: from.Name}
			if from.Kind != "Secret" || r.changed[name].IsZero() {
				continue
			}
			inputs = append(inputs, audit.Secret{Kind: from.Kind, Name: from.Name, Changed: r.changed[name]})
			keys = append(keys, r.accessKeys(ctx, name, plainKeys(from.VarsKeys))...)
		}
		delivery := objects.Delivery(t, source, inputs)
		delivery.AccessKeys = keys
		r.facts.Deliveries = append(r.facts.Deliveries, delivery)
	}
}

// plainKeys are the keys of varsKeys, which may rename them.
func plainKeys(varsKeys []string) []string {
	var keys []string
	for _, key := range varsKeys {
		key, _, _ = strings.Cut(key, ":")
		keys = append(keys, key)
	}
	return keys
}

// plurals are the resources of Flux's sources by kind.
var plurals = map[string]string{"GitRepository": "gitrepositories", "Bucket": "buckets", "OCIRepository": "ocirepositories"}

// source reads that of a Terraform object, once; nil when it does not exist.
func (r *cluster) source(ctx context.Context, t *tofu.Terraform) (*tofu.Source, error) {
	ref := t.Spec.SourceRef
	plural, known := plurals[ref.Kind]
	if !known {
		return nil, fmt.Errorf("its source is of kind %q, which is none of Flux's", ref.Kind)
	}
	key := audit.Name{Namespace: t.SourceNamespace(), Name: path.Join(plural, ref.Name)}
	if source, ok := r.sources[key]; ok {
		return source, nil
	}
	var source *tofu.Source
	var err error
	for _, version := range []string{"v1", "v1beta2"} { // Flux before 2.6 has some sources in the latter only
		source, err = kube.Get[tofu.Source](ctx, r.Client, kube.Resource{Group: tofu.SourceGroup, Version: version, Resource: plural}, key.Namespace, ref.Name)
		if !errors.As(err, new(*kube.NotInstalled)) {
			break
		}
	}
	if errors.As(err, new(*kube.Missing)) {
		source, err = nil, nil
	}
	if err == nil {
		r.sources[key] = source
	}
	return source, err
}

// secret is a Secret with its values, which nobody keeps.
type secret struct {
	metav1.ObjectMeta `json:"metadata"`
	Data              map[string][]byte `json:"data"`
}

// identities reads what S3 servers know, when there are any.
func (r *cluster) identities(ctx context.Context) {
	for _, where := range r.Identities {
		namespace, name, _ := strings.Cut(where, "/")
		s, err := kube.Get[secret](ctx, r.Client, secrets, namespace, name)
		if errors.As(err, new(*kube.Missing)) {
			continue
		}
		var known map[leaf.Digest]bool
		if err == nil {
			known, err = objects.Identities(s.Data, r.facts.Key)
		}
		if err != nil {
			r.undecided("access keys are not compared with the S3 identities in Secret "+where, err)
			continue
		}
		if r.facts.Identities == nil {
			r.facts.Identities = map[leaf.Digest]bool{}
		}
		for digest := range known {
			r.facts.Identities[digest] = true
		}
	}
}

// accessKeys reads the S3 access keys among some keys of a Secret, or all of them
// with none named, when there is something to compare them with.
func (r *cluster) accessKeys(ctx context.Context, name audit.Name, keys []string) []audit.AccessKey {
	wanted := len(keys) == 0
	for _, key := range keys {
		wanted = wanted || leaf.IsAccessKey(key)
	}
	if r.facts.Identities == nil || !wanted {
		return nil
	}
	s, err := kube.Get[secret](ctx, r.Client, secrets, name.Namespace, name.Name)
	if err != nil {
		r.undecided("access keys are not compared", err)
		return nil
	}
	var held []audit.AccessKey
	for _, key := range slices.Sorted(maps.Keys(s.Data)) {
		if leaf.IsAccessKey(key) && (len(keys) == 0 || slices.Contains(keys, key)) {
			held = append(held, audit.AccessKey{Where: "key " + key + " of Secret " + name.String(), Digest: r.facts.Key.Text(string(s.Data[key]))})
		}
	}
	return held
}
