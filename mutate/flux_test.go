package mutate_test

import (
	"strings"
	"testing"

	"github.com/fluxcd/pkg/ssa"
	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/lotus-lake/lotus-gate/mutate/secrethash"
)

// Flux's own package applies, looks for drift and applies again. It sees no drift in what we add, also after its own change and after one of ours.
func TestFlux(t *testing.T) {
	w := newWorld(t)
	manager := ssa.NewResourceManager(w.Client, nil, ssa.Owner{Field: "kustomize-controller", Group: "kustomize.toolkit.fluxcd.io"})
	objects := func(image, value string) []*unstructured.Unstructured {
		var all []*unstructured.Unstructured
		for _, object := range []client.Object{w.secret("a", value), deployment(w.namespace, "d", image, "a")} {
			content, err := runtime.DefaultUnstructuredConverter.ToUnstructured(object)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, &unstructured.Unstructured{Object: content})
		}
		return all
	}
	apply := func(what, image, value string, want map[string]ssa.Action) {
		t.Helper()
		set, err := manager.ApplyAll(t.Context(), objects(image, value), ssa.DefaultApplyOptions())
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]ssa.Action{}
		for _, entry := range set.Entries {
			got[entry.ObjMetadata.GroupKind.Kind] = entry.Action
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", what, diff)
		}
	}
	steady := func(what, image, value string) {
		t.Helper()
		w.rollouts("d") // the controller manager has written its annotation
		before := w.live("d")
		for _, object := range objects(image, value) {
			entry, _, _, err := manager.Diff(t.Context(), object, ssa.DefaultDiffOptions())
			if err != nil {
				t.Fatal(err)
			}
			if entry.Action != ssa.UnchangedAction {
				t.Errorf("%s: %s has drifted: %s", what, entry.Subject, entry.Action)
			}
		}
		apply(what+", again", image, value, map[string]ssa.Action{"Secret": ssa.UnchangedAction, "Deployment": ssa.UnchangedAction})
		if after := w.live("d"); after.Generation != before.Generation || !cmp.Equal(after.Annotations, before.Annotations) {
			t.Errorf("%s: generation %d, then %d; %s", what, before.Generation, after.Generation, cmp.Diff(before.Annotations, after.Annotations))
		}
		if decision := w.decide("d"); decision.Action != secrethash.Nothing {
			t.Errorf("%s: %+v", what, decision)
		}
	}

	apply("created", "v1", "1", map[string]ssa.Action{"Secret": ssa.CreatedAction, "Deployment": ssa.CreatedAction})
	steady("created", "v1", "1")
	apply("both changed", "v2", "2", map[string]ssa.Action{"Secret": ssa.ConfiguredAction, "Deployment": ssa.ConfiguredAction})
	if cause := w.live("d").Annotations[secrethash.AnnotationCause]; cause != "Secret/a" {
		t.Errorf("cause %q", cause)
	}
	if n := w.rollouts("d"); n != 2 {
		t.Errorf("%d rollouts, want 2", n)
	}
	steady("both changed", "v2", "2")
	unowned(t, w)

	// Our controller writes what it decided: Flux leaves that alone too.
	w.set("3")
	decision := w.decide("d")
	rolled := w.live("d")
	rolled.Annotations[secrethash.AnnotationBaseline] = decision.Baseline.String()
	rolled.Spec.Template.Annotations[secrethash.AnnotationHash] = decision.Stamp
	if err := w.Update(t.Context(), rolled, client.FieldOwner("lotus-gate")); err != nil {
		t.Fatal(err)
	}
	if stamp := w.live("d").Spec.Template.Annotations[secrethash.AnnotationHash]; stamp != decision.Stamp {
		t.Errorf("the controller's stamp became %q", stamp)
	}
	if n := w.rollouts("d"); n != 3 { // and the controller manager has written its annotation
		t.Errorf("%d rollouts, want 3", n)
	}
	apply("after our rollout", "v2", "3", map[string]ssa.Action{"Secret": ssa.UnchangedAction, "Deployment": ssa.UnchangedAction})
	steady("after our rollout", "v2", "3")
}

// What admission adds has no owner: so no apply prunes it.
func unowned(t *testing.T, w *world) {
	t.Helper()
	for _, entry := range w.live("d").ManagedFields {
		if strings.Contains(entry.FieldsV1.GetRawString(), "lotus-gate.dev/") {
			t.Errorf("%s owns annotations of ours: %s", entry.Manager, entry.FieldsV1.GetRawString())
		}
	}
}
