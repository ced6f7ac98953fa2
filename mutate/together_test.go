package mutate_test

import (
	"fmt"
	"sync"
	"testing"

	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/lotus-lake/lotus-gate/mutate/secrethash"
)

// A Secret and a Deployment that are applied together: whichever comes first, the Deployment is stamped at creation and nothing is left to roll. 50 times each.
func TestCreatedTogether(t *testing.T) {
	w := newWorld(t)
	for i := range 50 {
		for order, name := range []string{"secret-first", "deployment-first", "at-once"} {
			name = fmt.Sprintf("%s-%d", name, i)
			secret, workload := w.secret(name, "planted-value"), deployment(w.namespace, name, "v1", name)
			switch order {
			case 0:
				w.create(secret)
				w.create(workload)
			case 1:
				w.create(workload)
				w.create(secret)
			case 2:
				var both sync.WaitGroup
				both.Go(func() { w.create(secret) })
				both.Go(func() { w.create(workload) })
				both.Wait()
			}
			if decision := w.decide(name); decision.Action == secrethash.Roll || decision.Action == secrethash.Adopt {
				t.Errorf("%s: %+v", name, decision)
			}
			live := w.live(name)
			if live.Spec.Template.Annotations[secrethash.AnnotationHash] == "" || live.Annotations[secrethash.AnnotationBaseline] == "" || live.Generation != 1 {
				t.Errorf("%s: generation %d, annotations %v, of the template %v", name, live.Generation, live.Annotations, live.Spec.Template.Annotations)
			}
		}
	}
	for _, name := range []string{"secret-first-0", "deployment-first-0", "at-once-0"} {
		if n := w.rollouts(name); n != 1 {
			t.Errorf("%s: %d rollouts", name, n)
		}
	}
}

// A changed Secret and a changed Deployment that are applied together, Secret first: one rollout, and nothing is left to roll. 50 times.
func TestChangedTogether(t *testing.T) {
	w := newWorld(t)
	w.create(w.secret("a", "0"))
	w.create(deployment(w.namespace, "d", "v0", "a"))
	for i := 1; i <= 50; i++ {
		before := w.live("d")
		w.set(fmt.Sprint(i))
		patch := fmt.Sprintf(`{"spec":{"template":{"spec":{"containers":[{"name":"c","image":"v%d"}]}}}}`, i)
		if err := w.Patch(t.Context(), before, client.RawPatch(types.StrategicMergePatchType, []byte(patch))); err != nil {
			t.Fatal(err)
		}
		after := w.live("d")
		if decision := w.decide("d"); decision.Action != secrethash.Nothing || after.Annotations[secrethash.AnnotationCause] != "Secret/a" || after.Generation != int64(i+1) {
			t.Fatalf("change %d: generation %d, cause %q, %+v", i, after.Generation, after.Annotations[secrethash.AnnotationCause], decision)
		}
	}
}

// A Secret that changes alone is left to the controller: it would roll once.
func TestChangedAlone(t *testing.T) {
	w := newWorld(t)
	w.create(w.secret("a", "1"))
	w.create(deployment(w.namespace, "d", "v1", "a"))
	w.set("2")
	if decision := w.decide("d"); decision.Action != secrethash.Roll {
		t.Errorf("%+v", decision)
	}
}
