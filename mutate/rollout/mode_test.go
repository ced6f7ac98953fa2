package rollout_test

import (
	"fmt"
	"testing"

	"sigs.k8s.io/controller-runtime/pkg/client"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"

	"github.com/lotus-lake/lotus-gate/mutate/rollout"
	"github.com/lotus-lake/lotus-gate/mutate/secrethash"
)

func inMode(name, mode string) *appsv1.Deployment {
	d := deployment(name, template("a"))
	d.Annotations = map[string]string{secrethash.AnnotationRollout: mode}
	return d
}

func TestModes(t *testing.T) {
	w := newWorld(t)
	w.create(secret("a", "password", "1"), deployment("unsaid", template("a")), inMode("on", "enabled"), inMode("off", "disabled"), inMode("dry", "dry-run"), inMode("typo", "enable"))
	r := w.start(nil)
	w.fresh()
	w.set("a", "password", "2")
	w.fresh()
	w.wantEvent("dry", "SecretChanged", "would be rolled out (dry-run)")
	w.wantEvent("typo", "RolloutHeld", `"enable" is none of enabled, disabled, dry-run`)
	for name, want := range map[string]int{"unsaid": 1, "on": 1, "off": 0, "dry": 0, "typo": 0} {
		w.wantRollouts(name, want)
	}
	if got := r.metric(t, "lotus_gate_rollouts_total", "dry_run"); got != 1 {
		t.Errorf("%v dry runs, want one for one change", got)
	}
	for _, name := range []string{"off", "typo"} {
		if baseline, found := w.deployment(name).Annotations[secrethash.AnnotationBaseline]; found {
			t.Errorf("%s has baseline %s", name, baseline)
		}
	}
}

// A namespace that is switched on is adopted then; switched off, it is left alone; its workloads can differ.
func TestNamespaceLabel(t *testing.T) {
	w := newWorld(t)
	label := func(mode string) {
		t.Helper()
		namespace := &corev1.Namespace{}
		namespace.Name = w.namespace
		patch := fmt.Sprintf(`{"metadata":{"labels":{%q:%q}}}`, secrethash.LabelRollout, mode)
		if err := w.Patch(t.Context(), namespace, client.RawPatch("application/merge-patch+json", []byte(patch))); err != nil {
			t.Fatal(err)
		}
	}
	w.create(secret("a", "password", "1"), deployment("app", template("a")), inMode("on", "enabled"))
	w.start(func(c *rollout.Config) { c.Mode = secrethash.Disabled })
	baseline := func(name string) string { return w.deployment(name).Annotations[secrethash.AnnotationBaseline] }
	w.eventually("the workload wins over the default", func() (bool, string) { return baseline("on") != "", "no baseline" })
	w.set("a", "password", "2")
	w.wantRollouts("on", 1)
	if got := baseline("app"); got != "" {
		t.Errorf("disabled, but has baseline %s", got)
	}
	label("enabled")
	w.eventually("the namespace wins over the default", func() (bool, string) { return baseline("app") != "", "no baseline" })
	w.set("a", "password", "3")
	w.wantRollouts("app", 1)
	label("disabled")
	w.wantRollouts("on", 2)
	w.set("a", "password", "4")
	w.wantRollouts("on", 3)
	w.wantRollouts("app", 1)
}
