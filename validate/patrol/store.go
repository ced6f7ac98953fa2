package patrol

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"

	reports "github.com/openreports/reports-api/apis/openreports.io/v1alpha1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/lotus-lake/lotus-gate/validate/kube"
)

// Name is that of every report, and Owner the label that tells whose it is.
const (
	Name       = "lotus-gate"
	OwnerLabel = "app.kubernetes.io/managed-by"
)

// api is a kind of reports that a cluster may have. Both have the same fields, as far as
// they are used, but for source and configuration of a report as a whole.
type api struct {
	schema.GroupVersion
	kind, plural               string // in a namespace
	clusterKind, clusterPlural string
}

// apis are looked for in this order.
var apis = []api{
	{schema.GroupVersion{Group: "openreports.io", Version: "v1alpha1"}, "Report", "reports", "ClusterReport", "clusterreports"},
	{schema.GroupVersion{Group: "wgpolicyk8s.io", Version: "v1alpha2"}, "PolicyReport", "policyreports", "ClusterPolicyReport", "clusterpolicyreports"},
}

// installed gives those that the cluster has.
func (p *Patrol) installed(ctx context.Context) ([]api, error) {
	var has []api
	for _, a := range apis {
		_, err := kube.Discover(ctx, p.reader, a.WithResource(a.plural))
		if err == nil {
			_, err = kube.Discover(ctx, p.reader, a.WithResource(a.clusterPlural))
		}
		switch {
		case err == nil:
			has = append(has, a)
		case !errors.As(err, new(*kube.NotInstalled)):
			return nil, fmt.Errorf("look for %s: %w", a.GroupVersion, err)
		}
	}
	return has, nil
}

// ours hands over the reports that are ours, one after the other.
func (p *Patrol) ours(ctx context.Context, a api, each func(*reports.Report) error) error {
	named := func(r *reports.Report) error {
		if r.Name != Name {
			return nil
		}
		return each(r)
	}
	for _, namespace := range p.namespaces() {
		if err := kube.List(ctx, p.reader, a.WithResource(a.plural), namespace, OwnerLabel+"="+Name, named); err != nil {
			return err
		}
	}
	r, err := kube.Get[reports.Report](ctx, p.reader, a.WithResource(a.clusterPlural), "", Name)
	if errors.As(err, new(*kube.Missing)) || err == nil && r.Labels[OwnerLabel] != Name {
		return nil
	}
	if err != nil {
		return err
	}
	return each(r)
}

// write brings the reports to what the book says, and gives what changed. A report that
// says it already is left alone, and one that nothing is said in is removed.
func (p *Patrol) write(ctx context.Context, a api, r *round, partly bool) ([]change, error) {
	var changes []change
	var errs []error
	seen := map[string]bool{}
	settle := func(was *reports.Report) {
		seen[was.Namespace] = true
		if partly {
			r.book.keep(was.Results)
		}
		is := r.book.close(was.Namespace, was.Results, stamp(r))
		if err := p.settle(ctx, a, was, is, r.book.most); err != nil {
			errs = append(errs, fmt.Errorf("%s of namespace %q: %w", a.kind, was.Namespace, err))
			return
		}
		changes = append(changes, changesOf(was.Results, is)...)
	}
	err := p.ours(ctx, a, func(was *reports.Report) error {
		settle(was)
		return ctx.Err()
	})
	if err != nil {
		return nil, fmt.Errorf("read reports: %w", err)
	}
	for _, namespace := range slices.Sorted(maps.Keys(r.book.sheets)) {
		if !seen[namespace] {
			known := p.book.sheet(namespace).results // what was told before there was a place for it
			settle(&reports.Report{ObjectMeta: metav1.ObjectMeta{Namespace: namespace}, Results: known})
		}
	}
	return changes, errors.Join(errs...)
}

func stamp(r *round) metav1.Timestamp { return metav1.Timestamp{Seconds: r.now.Unix()} }

// settle makes one report say what it should.
func (p *Patrol) settle(ctx context.Context, a api, was *reports.Report, is *sheet, most int) error {
	stored := was.ResourceVersion != ""
	var err error
	switch {
	case len(is.results) == 0 && !stored:
	case len(is.results) == 0:
		err = client.IgnoreNotFound(p.remove(ctx, a, was))
	case !stored:
		err = p.live.Create(ctx, object(a, was, is, most))
	case was.Summary != is.summary || !reflect.DeepEqual(was.Results, is.results):
		err = p.live.Update(ctx, object(a, was, is, most))
	}
	switch {
	case apierrors.HasStatusCause(err, corev1.NamespaceTerminatingCause), !stored && apierrors.IsNotFound(err):
		return nil // a namespace that goes takes its report along
	case apierrors.IsAlreadyExists(err):
		return fmt.Errorf("somebody else's %s is in the way: it has no label %s=%s", Name, OwnerLabel, Name)
	case err != nil:
		return fmt.Errorf("write: %w", err)
	}
	return nil
}

func (p *Patrol) remove(ctx context.Context, a api, r *reports.Report) error {
	return p.live.Delete(ctx, object(a, r, &sheet{}, 0), client.Preconditions{UID: &r.UID})
}

// object is a report as a kind of reports has it.
func object(a api, was *reports.Report, is *sheet, most int) *unstructured.Unstructured {
	r := &reports.Report{ObjectMeta: metav1.ObjectMeta{Namespace: was.Namespace, Name: Name, ResourceVersion: was.ResourceVersion}, Source: source, Summary: is.summary, Results: is.results}
	r.Labels = map[string]string{OwnerLabel: Name}
	r.Configuration = &reports.ReportConfiguration{Limits: reports.Limits{MaxResults: most}}
	content, err := runtime.DefaultUnstructuredConverter.ToUnstructured(r)
	if err != nil {
		panic(err) // a type without anything that has no JSON
	}
	u := &unstructured.Unstructured{Object: content}
	kind := a.kind
	if was.Namespace == "" {
		kind = a.clusterKind
	}
	u.SetGroupVersionKind(a.WithKind(kind))
	if a.GroupVersion != apis[0].GroupVersion {
		delete(content, "source")
		delete(content, "configuration")
	}
	return u
}
