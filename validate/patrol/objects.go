package patrol

import (
	"context"
	"fmt"
	"path"
	"slices"
	"strings"

	admissionv1 "k8s.io/api/admission/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/lotus-lake/lotus-gate/policy"
	"github.com/lotus-lake/lotus-gate/validate/cluster"
	"github.com/lotus-lake/lotus-gate/validate/existing"
	"github.com/lotus-lake/lotus-gate/validate/request"
)

// objects judges what is there as if it came anew, by the rules that would judge it
// then, with what the cluster says of it. What is asked of those who change or delete
// something depends on who asks, and says nothing of an object that lies still.
func (p *Patrol) objects(ctx context.Context, r *round) error {
	var rules []policy.Rule
	for _, rule := range r.policies.Set.Rules() {
		if rule.Admission != nil && slices.Contains(rule.Admission.Operations, "CREATE") {
			rules = append(rules, rule)
		}
	}
	listings, _, err := existing.Of(ctx, p.reader, rules)
	if err != nil {
		return fmt.Errorf("look for what rules judge: %w", err)
	}
	facts := cluster.New(cluster.Config{Cached: p.cache, Live: listsFromCache{p.live, p.cache}})
	for _, l := range listings {
		for _, namespace := range p.namespaces() {
			err := l.Each(ctx, p.reader, namespace, func(o existing.Object) error {
				p.object(ctx, r, facts, l.Entry, o)
				return ctx.Err()
			})
			if ctx.Err() != nil {
				return ctx.Err()
			}
			if err != nil {
				r.undecided("existing objects are not judged: " + err.Error())
			}
		}
	}
	return nil
}

// object judges one.
func (p *Patrol) object(ctx context.Context, r *round, facts *cluster.Facts, entry string, o existing.Object) {
	ask := o.Request
	ask.Operation, ask.User = "CREATE", p.config.User
	judge := request.Judge{Set: r.policies.Set, Engine: r.policies.Engine, Live: func(ctx context.Context) (map[string]any, error) {
		return facts.Live(ctx, &admissionv1.AdmissionRequest{
			Operation: admissionv1.Create, Namespace: ask.Namespace, Name: ask.Name,
			Resource: metav1.GroupVersionResource{Group: ask.Group, Version: ask.Version, Resource: ask.Resource}, Object: runtime.RawExtension{Raw: ask.Object},
		})
	}}
	found, err := judge.Findings(ctx, ask, entry)
	if err != nil {
		r.undecided(fmt.Sprintf("%s %s: %v", ask.Resource, path.Join(ask.Namespace, ask.Name), err))
	}
	r.objects++
	r.findings(found, &corev1.ObjectReference{
		APIVersion: schema.GroupVersion{Group: ask.Group, Version: ask.Version}.String(), Kind: o.Kind, Namespace: ask.Namespace, Name: ask.Name,
	})
}

// namespaces to list, "" for all.
func (p *Patrol) namespaces() []string {
	if len(p.config.Namespaces) == 0 {
		return []string{""}
	}
	return p.config.Namespaces
}

// pathOf names an object as documents of audits do.
func pathOf(o *corev1.ObjectReference) string {
	return path.Join(strings.ToLower(o.Kind)+"s", o.Namespace, o.Name)
}

// listsFromCache reads single objects from the API server, and lists from the cache:
// each Terraform object is compared with all others of its namespace.
type listsFromCache struct {
	client.Reader
	cache client.Reader
}

func (l listsFromCache) List(ctx context.Context, list client.ObjectList, options ...client.ListOption) error {
	return l.cache.List(ctx, list, options...)
}
