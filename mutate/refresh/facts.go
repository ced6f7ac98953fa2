package refresh

import (
	"context"
	"fmt"

	fluxmeta "github.com/fluxcd/pkg/apis/meta"
	sourcev1 "github.com/fluxcd/source-controller/api/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/lotus-lake/lotus-gate/mutate/digest"
	"github.com/lotus-lake/lotus-gate/mutate/rerun"
	"github.com/lotus-lake/lotus-gate/tofu"
)

// Values reads digests of what is live, by reference id: the read starts after the
// call. *values.Reader is one.
type Values interface {
	Read(ctx context.Context, namespace string, refs []digest.Ref) (map[string]digest.Digests, error)
}

// facts reads what a decision depends on besides the Terraform object.
type facts struct {
	values Values
	// metadata of Secrets and ConfigMaps, from a cache: it tells what a runner wrote.
	metadata client.Reader
	ring     func(ctx context.Context, id string) digest.Keyring
}

// sourceKinds are the kinds that spec.sourceRef can name.
func sourceKinds() map[string]func() client.Object {
	return map[string]func() client.Object{
		sourcev1.GitRepositoryKind: func() client.Object { return &sourcev1.GitRepository{} },
		sourcev1.BucketKind:        func() client.Object { return &sourcev1.Bucket{} },
		sourcev1.OCIRepositoryKind: func() client.Object { return &sourcev1.OCIRepository{} },
	}
}

// sourceObject of t, nil when it is not there, or when the cluster does not know its kind.
func sourceObject(ctx context.Context, from client.Reader, t *tofu.Terraform) (client.Object, error) {
	ref := t.Spec.SourceRef
	object, known := sourceKinds()[ref.Kind]
	if !known {
		return nil, nil
	}
	source := object()
	err := from.Get(ctx, client.ObjectKey{Namespace: t.SourceNamespace(), Name: ref.Name}, source)
	switch {
	case apierrors.IsNotFound(err), meta.IsNoMatchError(err):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("read %s %s/%s: %w", ref.Kind, t.SourceNamespace(), ref.Name, err)
	}
	return source, nil
}

// sourceOf is what counts of a source; nil of nil.
func sourceOf(object client.Object) *rerun.Source {
	var artifact *fluxmeta.Artifact
	s := &rerun.Source{}
	switch o := object.(type) {
	case *sourcev1.GitRepository:
		s.Kind, s.Suspended, s.Interval = sourcev1.GitRepositoryKind, o.Spec.Suspend, o.Spec.Interval.Duration
		s.Handled, artifact = o.Status.LastHandledReconcileAt, o.Status.Artifact
	case *sourcev1.Bucket:
		s.Kind, s.Suspended, s.Interval = sourcev1.BucketKind, o.Spec.Suspend, o.Spec.Interval.Duration
		s.Handled, artifact = o.Status.LastHandledReconcileAt, o.Status.Artifact
	case *sourcev1.OCIRepository:
		s.Kind, s.Suspended, s.Interval = sourcev1.OCIRepositoryKind, o.Spec.Suspend, o.Spec.Interval.Duration
		s.Handled, artifact = o.Status.LastHandledReconcileAt, o.Status.Artifact
	default:
		return nil
	}
	s.Namespace, s.Name = object.GetNamespace(), object.GetName()
	s.Requested = object.GetAnnotations()[rerun.AnnotationRequest]
	if artifact != nil {
		s.Revision, s.Digest = artifact.Revision, artifact.Digest
	}
	return s
}

// inputs reads the digests of everything that t uses and no runner wrote.
func (f facts) inputs(ctx context.Context, t *tofu.Terraform) (rerun.Inputs, error) {
	return rerun.Reader{Ring: f.ring, Generated: f.generated, Read: f.values.Read}.Inputs(ctx, t)
}

// generated reports whether a used object is what some runner wrote, such as the
// outputs of another Terraform object. Each of its runs writes them, so that a
// trigger could go round for ever.
func (f facts) generated(ctx context.Context, use rerun.Use) (bool, error) {
	object := &metav1.PartialObjectMetadata{}
	object.SetGroupVersionKind(corev1.SchemeGroupVersion.WithKind(use.Ref.Kind))
	err := f.metadata.Get(ctx, client.ObjectKey{Namespace: use.Namespace, Name: use.Ref.Name}, object)
	if apierrors.IsNotFound(err) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("read metadata of %s %s/%s: %w", use.Ref.Kind, use.Namespace, use.Ref.Name, err)
	}
	return tofu.Generated(object), nil
}
