package rerun

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"

	"github.com/lotus-lake/lotus-gate/mutate/patch"
	"github.com/lotus-lake/lotus-gate/mutate/secrethash"
	"github.com/lotus-lake/lotus-gate/tofu"
)

// Review is one request that creates or updates a Terraform object.
type Review struct {
	Namespace string
	Object    []byte
	OldObject []byte          // empty at creation
	Mode      secrethash.Mode // of objects and namespaces that do not say; "" is enabled
	Settings  Settings
}

// Live is what an admission reads, the source and the inputs only when they matter.
type Live struct {
	NamespaceLabels func(ctx context.Context, namespace string) (map[string]string, error)
	// Source of an object; nil when it is not there.
	Source func(ctx context.Context, t *tofu.Terraform) (*Source, error)
	Inputs func(ctx context.Context, t *tofu.Terraform) (Inputs, error)
}

// Answer says which annotations are to change. With an error the changes are good to
// use all the same: what a client dropped is put back.
func Answer(ctx context.Context, review Review, live Live) ([]patch.Change, error) {
	admitted, err := decode(review)
	if err != nil {
		return nil, err
	}
	labels, err := live.NamespaceLabels(ctx, review.Namespace)
	if err != nil {
		return nil, fmt.Errorf("labels of namespace %s: %w", review.Namespace, err)
	}
	mode, err := ModeOf(admitted.Object.Annotations, labels, review.Mode)
	if mode != secrethash.Enabled || err != nil {
		return nil, err
	}
	if admitted.Settled() {
		return Admit(admitted).changes(), nil
	}
	object := admitted.Object.DeepCopy()
	amendment := admitted.restore(object)
	if admitted.Source, err = live.Source(ctx, object); err != nil {
		return amendment.changes(), err
	}
	if admitted.Inputs, err = live.Inputs(ctx, object); err != nil {
		return amendment.changes(), err
	}
	admitted.Settings = review.Settings
	return Admit(admitted).changes(), nil
}

// changes for the patch.
func (a Amendment) changes() []patch.Change {
	annotations := map[string]*string{}
	if a.Record != nil {
		annotations[AnnotationRecord] = a.Record
	}
	if a.Request != nil {
		annotations[AnnotationRequest] = a.Request
	}
	var changes []patch.Change
	if len(annotations) > 0 {
		changes = append(changes, patch.Change{Path: []string{"metadata"}, Annotations: annotations})
	}
	if a.Inputs != nil {
		changes = append(changes, patch.Change{
			Path: []string{"spec", "runnerPodTemplate", "metadata"}, Annotations: map[string]*string{AnnotationInputs: a.Inputs},
		})
	}
	return changes
}

// decode a request. Errors name no part of the object, which may hold secrets.
func decode(review Review) (Admission, error) {
	a := Admission{Object: &tofu.Terraform{}}
	if err := json.Unmarshal(review.Object, a.Object); err != nil {
		return a, errors.New("the object is no Terraform object")
	}
	a.Object.Namespace = review.Namespace
	if len(review.OldObject) == 0 {
		return a, nil
	}
	a.Old = &tofu.Terraform{}
	if err := json.Unmarshal(review.OldObject, a.Old); err != nil {
		return a, errors.New("the old object is no Terraform object")
	}
	var object, old map[string]any
	if err := errors.Join(json.Unmarshal(review.Object, &object), json.Unmarshal(review.OldObject, &old)); err != nil {
		return a, errors.New("the object is no JSON object")
	}
	spec, _ := object["spec"].(map[string]any)
	template, _ := spec["runnerPodTemplate"].(map[string]any)
	a.NoTemplate = template == nil
	a.SpecChanged = specChanged(object, old)
	return a, nil
}

// specChanged reports whether anything differs besides metadata and status, as the
// API server tells when it counts the generation up, once our own annotation under
// spec is put back.
func specChanged(object, old map[string]any) bool {
	if value, had := templateAnnotations(old, false)[AnnotationInputs]; had && templateAnnotations(object, false)[AnnotationInputs] == nil {
		if annotations := templateAnnotations(object, true); annotations != nil {
			annotations[AnnotationInputs] = value
		}
	}
	for _, side := range []map[string]any{object, old} {
		delete(side, "metadata")
		delete(side, "status")
	}
	return !reflect.DeepEqual(object, old)
}

// templateAnnotations are those of the runner pod's template, made when wished for;
// nil when the object has no such template.
func templateAnnotations(object map[string]any, create bool) map[string]any {
	spec, _ := object["spec"].(map[string]any)
	block, _ := spec["runnerPodTemplate"].(map[string]any)
	if block == nil {
		return nil
	}
	for _, name := range []string{"metadata", "annotations"} {
		next, _ := block[name].(map[string]any)
		if next == nil {
			if !create {
				return nil
			}
			next = map[string]any{}
			block[name] = next
		}
		block = next
	}
	return block
}
