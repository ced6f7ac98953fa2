package mutate

import (
	"context"
	"fmt"

	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"

	"github.com/lotus-lake/lotus-gate/mutate/digest"
	"github.com/lotus-lake/lotus-gate/mutate/secrethash"
)

// workload stamps, folds and restores.
func (h *Handler) workload(ctx context.Context, request admission.Request) (answer, error) {
	workload, old, err := secrethash.Decode(request.Resource.Resource, request.Object.Raw, request.OldObject.Raw)
	if err != nil {
		return answer{}, err
	}
	labels, err := h.config.NamespaceLabels(ctx, request.Namespace)
	if err != nil {
		return answer{}, fmt.Errorf("labels of namespace %s: %w", request.Namespace, err)
	}
	var result answer
	mode, err := secrethash.ModeOf(workload.Annotations, labels, h.config.Mode)
	if err != nil {
		result.warnings = []string{"lotus-gate: " + err.Error()}
	}
	outcome, err := secrethash.Admit(ctx, secrethash.Request{New: workload, Old: old, Mode: mode, PullSecrets: h.config.PullSecrets}, secrethash.Live{
		Ring: h.config.Ring,
		Read: func(ctx context.Context, refs []digest.Ref) (map[string]digest.Digests, error) {
			return h.config.Values.Read(ctx, request.Namespace, refs)
		},
	})
	result.changes = outcome.Changes
	if summary := outcome.Summary(); summary != "" {
		result.audit = map[string]string{"secret-hash": summary}
	}
	return result, err
}
