package cluster

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/lotus-lake/lotus-gate/tofu"
)

const (
	maxReferences = 100 // of one object; more are not looked up
	atOnce        = 8   // look-ups
)

// reference is one object that a Terraform object needs, and those of its keys.
type reference struct {
	kind            schema.GroupVersionKind
	namespace, name string
	field           []any
	keys            []string // as varsKeys says them: `key` or `key:variable`
	keysAt          []any
}

func (r reference) what() string { return fmt.Sprintf("%s %s/%s", r.kind.Kind, r.namespace, r.name) }

// missing names what of an object's references is not there.
func (f *Facts) missing(ctx context.Context, object *tofu.Terraform) ([]any, error) {
	references := referencesOf(object)
	found := make([][]any, len(references))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(atOnce)
	for i, r := range references {
		group.Go(func() (err error) {
			found[i], err = f.missingOf(ctx, r)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	return append([]any{}, slices.Concat(found...)...), nil
}

// referencesOf lists what must be there: source, variables that are not optional,
// and the runner's service account.
func referencesOf(t *tofu.Terraform) []reference {
	source := t.Spec.SourceRef
	references := []reference{{
		kind:      schema.GroupVersionKind{Group: "source.toolkit.fluxcd.io", Version: "v1", Kind: source.Kind},
		namespace: t.SourceNamespace(), name: source.Name, field: []any{"spec", "sourceRef"},
	}, {
		kind:      schema.GroupVersionKind{Version: "v1", Kind: "ServiceAccount"},
		namespace: t.Namespace, name: fact(t)["service_account"].(string), field: []any{"spec", "serviceAccountName"},
	}}
	for i, v := range t.Spec.VarsFrom {
		if v.Optional || v.Kind != "Secret" && v.Kind != "ConfigMap" {
			continue
		}
		at := []any{"spec", "varsFrom", i}
		references = append(references, reference{
			kind: schema.GroupVersionKind{Version: "v1", Kind: v.Kind}, namespace: t.Namespace, name: v.Name,
			field: at, keys: v.VarsKeys, keysAt: append(slices.Clone(at), "varsKeys"),
		})
	}
	return references[:min(len(references), maxReferences)]
}

func (f *Facts) missingOf(ctx context.Context, r reference) ([]any, error) {
	keys, err := f.keys(ctx, r)
	if r.kind.Group != "" && meta.IsNoMatchError(err) { // Flux before 2.6 has some sources in this version only
		r.kind.Version = "v1beta2"
		keys, err = f.keys(ctx, r)
	}
	if apierrors.IsNotFound(err) || meta.IsNoMatchError(err) {
		return []any{map[string]any{"what": r.what(), "field": r.field}}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("look for %s: %s", r.what(), reason(err))
	}
	var missing []any
	for i, wanted := range r.keys {
		key, _, _ := strings.Cut(wanted, ":")
		if !slices.Contains(keys, key) {
			missing = append(missing, map[string]any{
				"what": fmt.Sprintf("key %s of %s", key, r.what()), "field": append(slices.Clone(r.keysAt), i),
			})
		}
	}
	return missing, nil
}

// keys reads the names of an object's keys; its metadata alone when no key is asked
// for.
func (f *Facts) keys(ctx context.Context, r reference) ([]string, error) {
	name := client.ObjectKey{Namespace: r.namespace, Name: r.name}
	var keys []string
	switch {
	case len(r.keys) == 0:
		object := &metav1.PartialObjectMetadata{}
		object.SetGroupVersionKind(r.kind)
		return nil, f.config.Live.Get(ctx, name, object)
	case r.kind.Kind == "Secret":
		var secret corev1.Secret
		if err := f.config.Live.Get(ctx, name, &secret); err != nil {
			return nil, err
		}
		for key := range secret.Data {
			keys = append(keys, key)
		}
	default:
		var configMap corev1.ConfigMap
		if err := f.config.Live.Get(ctx, name, &configMap); err != nil {
			return nil, err
		}
		for key := range configMap.Data {
			keys = append(keys, key)
		}
		for key := range configMap.BinaryData {
			keys = append(keys, key)
		}
	}
	return keys, nil
}

// reason is what the API server says of an error, without its text: a decoder's
// error may quote what it could not read.
func reason(err error) string {
	if r := apierrors.ReasonForError(err); r != metav1.StatusReasonUnknown {
		return string(r)
	}
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		return "no answer in time"
	}
	return "the API server cannot be asked"
}
