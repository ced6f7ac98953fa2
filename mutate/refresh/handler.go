package refresh

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"

	admissionv1 "k8s.io/api/admission/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"

	"github.com/lotus-lake/lotus-gate/mutate/digest"
	"github.com/lotus-lake/lotus-gate/mutate/patch"
	"github.com/lotus-lake/lotus-gate/mutate/secrethash"
	"github.com/lotus-lake/lotus-gate/tofu"
)

// AdmitterConfig holds what admission of Terraform objects needs. All but Mode and
// Settings are required.
type AdmitterConfig struct {
	Mode     secrethash.Mode // of objects and namespaces that do not say; "" is enabled
	Settings Settings
	// NamespaceLabels from a cache; those of a namespace that is not there are none.
	NamespaceLabels func(ctx context.Context, namespace string) (map[string]string, error)
	// Sources are read from here, live or from a cache.
	Sources client.Reader
	// Metadata of Secrets and ConfigMaps, live or from a cache.
	Metadata client.Reader
	Values   Values
	// Ring that holds the key of that id if any replica has it.
	Ring func(ctx context.Context, id string) digest.Keyring
}

// Admitter answers for Terraform objects in the mutating webhook.
type Admitter struct {
	config AdmitterConfig
	facts  facts
}

// NewAdmitter makes one.
func NewAdmitter(c AdmitterConfig) *Admitter {
	return &Admitter{c, facts{values: c.Values, metadata: c.Metadata, ring: c.Ring}}
}

// Admit says which annotations are to change. An error leaves source or inputs out
// of the record: the controller makes up for it. What a client dropped is put back
// even then.
func (a *Admitter) Admit(ctx context.Context, request admission.Request) ([]patch.Change, error) {
	admitted, err := decode(request)
	if err != nil {
		return nil, err
	}
	labels, err := a.config.NamespaceLabels(ctx, request.Namespace)
	if err != nil {
		return nil, fmt.Errorf("labels of namespace %s: %w", request.Namespace, err)
	}
	mode, err := modeOf(admitted.Object.Annotations, labels, a.config.Mode)
	if mode != secrethash.Enabled || err != nil {
		return nil, err
	}
	if admitted.Settled() {
		return Admit(admitted).changes(), nil
	}
	object := admitted.Object.DeepCopy()
	amendment := admitted.restore(object)
	source, err := sourceObject(ctx, a.config.Sources, object)
	if err != nil {
		return amendment.changes(), err
	}
	inputs, err := a.facts.inputs(ctx, object)
	if err != nil {
		return amendment.changes(), err
	}
	admitted.Source, admitted.Inputs, admitted.Settings = sourceOf(source), inputs, a.config.Settings
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
func decode(request admission.Request) (Admission, error) {
	a := Admission{Object: &tofu.Terraform{}}
	if err := json.Unmarshal(request.Object.Raw, a.Object); err != nil {
		return a, errors.New("the object is no Terraform object")
	}
	a.Object.Namespace = request.Namespace
	if request.Operation != admissionv1.Update {
		return a, nil
	}
	a.Old = &tofu.Terraform{}
	if err := json.Unmarshal(request.OldObject.Raw, a.Old); err != nil {
		return a, errors.New("the old object is no Terraform object")
	}
	var object, old map[string]any
	if err := errors.Join(json.Unmarshal(request.Object.Raw, &object), json.Unmarshal(request.OldObject.Raw, &old)); err != nil {
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
