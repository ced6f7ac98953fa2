package mutate

import (
	"context"

	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"

	"github.com/lotus-lake/lotus-gate/mutate/secrethash"
)

// workload stamps, folds and restores.
func (h *Handler) workload(ctx context.Context, request admission.Request) (answer, error) {
	outcome, warnings, err := secrethash.Answer(ctx, secrethash.Review{
		Resource: request.Resource.Resource, Namespace: request.Namespace, Object: request.Object.Raw, OldObject: request.OldObject.Raw,
		Mode: h.config.Mode, PullSecrets: h.config.PullSecrets,
	}, secrethash.Source{NamespaceLabels: h.config.NamespaceLabels, Ring: h.config.Ring, Read: h.config.Values.Read})
	result := answer{changes: outcome.Changes, warnings: warnings}
	if summary := outcome.Summary(); summary != "" {
		result.audit = map[string]string{"secret-hash": summary}
	}
	return result, err
}
