package refresh

import (
	"context"

	admissionv1 "k8s.io/api/admission/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"

	"github.com/lotus-lake/lotus-gate/mutate/digest"
	"github.com/lotus-lake/lotus-gate/mutate/patch"
	"github.com/lotus-lake/lotus-gate/mutate/rerun"
	"github.com/lotus-lake/lotus-gate/mutate/secrethash"
	"github.com/lotus-lake/lotus-gate/tofu"
)

// AdmitterConfig holds what admission of Terraform objects needs. All but Mode and
// Settings are required.
type AdmitterConfig struct {
	Mode     secrethash.Mode // of objects and namespaces that do not say; "" is enabled
	Settings rerun.Settings
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
	review := rerun.Review{Namespace: request.Namespace, Object: request.Object.Raw, Mode: a.config.Mode, Settings: a.config.Settings}
	if request.Operation == admissionv1.Update {
		review.OldObject = request.OldObject.Raw
	}
	return rerun.Answer(ctx, review, rerun.Live{
		NamespaceLabels: a.config.NamespaceLabels,
		Source: func(ctx context.Context, t *tofu.Terraform) (*rerun.Source, error) {
			source, err := sourceObject(ctx, a.config.Sources, t)
			return sourceOf(source), err
		},
		Inputs: a.facts.inputs,
	})
}
