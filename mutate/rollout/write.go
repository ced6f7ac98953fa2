package rollout

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/lotus-lake/lotus-gate/mutate/secrethash"
)

// write a decision as one merge patch, which applies to the version it was decided on and to no other.
func (c *Controller) write(ctx context.Context, w workload, n *notes, d secrethash.Decision, now time.Time) error {
	patch, err := patchOf(w, d, now)
	if err != nil {
		return err
	}
	version := w.object.GetResourceVersion()
	answer := &metav1.PartialObjectMetadata{TypeMeta: metav1.TypeMeta{APIVersion: w.kind.gvk.GroupVersion().String(), Kind: w.kind.gvk.Kind}}
	answer.Namespace, answer.Name = w.Namespace, w.Name
	if err := c.writer.Patch(ctx, answer, client.RawPatch(types.MergePatchType, patch), client.FieldOwner(secrethash.FieldManager)); err != nil {
		return err
	}
	if answer.ResourceVersion != version {
		n.replaced = version
	}
	return nil
}

// patchOf a decision: JSON merge patch.
func patchOf(w workload, d secrethash.Decision, now time.Time) ([]byte, error) {
	baseline := d.Baseline.String()
	if len(baseline) > secrethash.MaxBaseline {
		return nil, secrethash.ErrTooManyReferences
	}
	annotations := map[string]any{secrethash.AnnotationBaseline: baseline}
	patch := map[string]any{"metadata": map[string]any{
		"uid": w.object.GetUID(), "resourceVersion": w.object.GetResourceVersion(), "annotations": annotations,
	}}
	if d.Action == secrethash.Roll && w.mode == secrethash.Enabled {
		annotations[secrethash.AnnotationCause] = strings.Join(d.Cause, ", ")
		annotations[secrethash.AnnotationAt] = now.UTC().Format(time.RFC3339)
		at := patch
		for _, name := range w.TemplatePath {
			next, _ := at[name].(map[string]any)
			if next == nil {
				next = map[string]any{}
				at[name] = next
			}
			at = next
		}
		at["annotations"] = map[string]any{secrethash.AnnotationHash: d.Stamp}
	}
	text, err := json.Marshal(patch)
	if err != nil {
		return nil, fmt.Errorf("patch: %w", err)
	}
	return text, nil
}
