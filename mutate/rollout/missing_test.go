package rollout_test

import (
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/lotus-lake/lotus-gate/mutate/rollout"
)

func (w *world) remove(name string) {
	w.Helper()
	if err := w.Delete(w.Context(), &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: w.namespace, Name: name}}); err != nil {
		w.Fatal(err)
	}
}

// optional template: an environment from a whole Secret that need not be there.
func optional(name string) corev1.PodTemplateSpec {
	yes := true
	t := template()
	t.Spec.Containers[0].EnvFrom = []corev1.EnvFromSource{{SecretRef: &corev1.SecretEnvSource{LocalObjectReference: corev1.LocalObjectReference{Name: name}, Optional: &yes}}}
	return t
}

func TestRequiredSecretAppears(t *testing.T) {
	w := newWorld(t)
	w.create(deployment("app", template("late")))
	first := w.start(func(c *rollout.Config) { c.Limits.QuietWindow = time.Hour })
	w.fresh()
	w.create(secret("late", "password", "1"))
	w.fresh()                // no window for it: pods start at once, and the baseline has to tell what with
	w.wantRollouts("app", 0) // no pod ran without it
	first.stop()
	w.start(nil)
	w.set("late", "password", "2")
	w.wantRollouts("app", 1)
}

func TestRequiredSecretVanishes(t *testing.T) {
	w := newWorld(t)
	w.create(secret("a", "password", "1"), deployment("app", template("a")))
	w.start(nil)
	w.fresh()
	w.remove("a")
	w.wantEvent("app", "SecretMissing", "Secret/a is missing")
	w.wantRollouts("app", 0)
	w.create(secret("a", "password", "1"))
	w.wantRollouts("app", 0) // as it was
	w.remove("a")
	w.create(secret("a", "password", "2"))
	w.wantRollouts("app", 1)
	w.fresh()
}

func TestRequiredKeyVanishes(t *testing.T) {
	w := newWorld(t)
	w.create(secret("a", "password", "1", "other", "x"), deployment("app", template("a")))
	w.start(nil)
	w.fresh()
	object := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: w.namespace, Name: "a"}}
	if err := w.Patch(t.Context(), object, client.RawPatch("application/merge-patch+json", []byte(`{"data":{"password":null}}`))); err != nil {
		t.Fatal(err)
	}
	w.wantEvent("app", "SecretMissing", "lacks a key in use")
	w.wantRollouts("app", 0)
}

func TestOptionalSecret(t *testing.T) {
	w := newWorld(t)
	w.create(deployment("app", optional("maybe")))
	w.start(nil)
	w.fresh()
	w.create(secret("maybe", "a", "1"))
	w.wantRollouts("app", 1)
	w.remove("maybe")
	w.wantRollouts("app", 2)
	w.fresh()
}

func TestRecreatedWithinTheWindow(t *testing.T) {
	w := newWorld(t)
	w.create(secret("a", "password", "1"), deployment("app", template("a")), deployment("lax", optional("a")))
	w.start(func(c *rollout.Config) { c.Limits = rollout.Limits{QuietWindow: time.Second, MaxQuiet: time.Minute} })
	w.fresh()
	w.remove("a")
	w.create(secret("a", "password", "2"))
	w.wantRollouts("app", 1)
	w.wantRollouts("lax", 1) // not one for "gone" and one for "there"
	w.remove("a")
	w.create(secret("a", "password", "2"))
	w.wantRollouts("app", 1) // another object, the same value
	w.wantRollouts("lax", 1)
	w.fresh()
}
