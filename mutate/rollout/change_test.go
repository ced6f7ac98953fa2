package rollout_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/lotus-lake/lotus-gate/mutate/digest"
	"github.com/lotus-lake/lotus-gate/mutate/rollout"
	"github.com/lotus-lake/lotus-gate/mutate/secrethash"
	"github.com/lotus-lake/lotus-gate/mutate/values"
)

func TestAdoptionRestartsNothing(t *testing.T) {
	w := newWorld(t)
	w.create(secret("a", "password", "1"))
	const n = 40
	for i := range n {
		w.create(deployment(fmt.Sprint("app", i), template("a")))
	}
	r := w.start(func(c *rollout.Config) { c.Pace = 1000 })
	w.fresh()
	for i := range n {
		name := fmt.Sprint("app", i)
		if got := w.rollouts(name); got != 0 {
			t.Errorf("%s: %d rollouts at adoption", name, got)
		}
		if stamp, found := w.deployment(name).Spec.Template.Annotations[secrethash.AnnotationHash]; found {
			t.Errorf("%s: its template was stamped %q", name, stamp)
		}
	}
	if got := r.metric(t, "lotus_gate_adopted_total"); got != n {
		t.Errorf("%v adopted, want %d", got, n)
	}
}

// Adoption goes at its pace and not faster.
func TestAdoptionIsPaced(t *testing.T) {
	w := newWorld(t)
	w.create(secret("a", "password", "1"))
	for i := range 30 {
		w.create(deployment(fmt.Sprint("app", i), template("a")))
	}
	start := time.Now()
	w.start(func(c *rollout.Config) { c.Pace = 10 })
	w.fresh()
	if took := time.Since(start); took < 2500*time.Millisecond {
		t.Errorf("30 baselines at 10 a second in %v", took)
	}
}

func TestChangeRollsOnce(t *testing.T) {
	w := newWorld(t)
	w.create(secret("a", "password", "1", "unused", "x"), secret("b", "password", "1"),
		deployment("uses-a", template("a")), deployment("uses-both", template("a", "b")), deployment("uses-b", template("b")))
	r := w.start(nil)
	w.fresh()
	w.set("a", "password", "2")
	for name, want := range map[string]int{"uses-a": 1, "uses-both": 1, "uses-b": 0} {
		w.wantRollouts(name, want)
	}
	w.fresh()
	d := w.deployment("uses-a")
	if got := d.Annotations[secrethash.AnnotationCause]; got != "Secret/a" {
		t.Errorf("cause %q", got)
	}
	if at, err := time.Parse(time.RFC3339, d.Annotations[secrethash.AnnotationAt]); err != nil || time.Since(at) > soon {
		t.Errorf("rolled out at %q", d.Annotations[secrethash.AnnotationAt])
	}
	w.wantEvent("uses-a", "SecretChanged", "Secret/a changed: rolled out")
	if got := r.metric(t, "lotus_gate_rollouts_total", "rolled"); got != 2 {
		t.Errorf("rollouts_total %v, want 2", got)
	}
	stamp := d.Spec.Template.Annotations[secrethash.AnnotationHash]
	w.set("a", "password", "1") // back to what it was is a change too
	w.wantRollouts("uses-a", 2)
	if got := w.deployment("uses-a").Spec.Template.Annotations[secrethash.AnnotationHash]; got == stamp || got == "" {
		t.Errorf("stamp %q after %q", got, stamp)
	}
}

// What was read of the very version that the cache shows is not read again to see that nothing is to be done.
func TestNothingToDoIsNotReadAgain(t *testing.T) {
	w := newWorld(t)
	const n = 20
	w.create(secret("a", "password", "1"))
	for i := range n {
		w.create(deployment(fmt.Sprint("app", i), template("a")))
	}
	registry := prometheus.NewRegistry()
	shared := values.New(values.Config{Client: w.Client, Ring: func() digest.Keyring { return ring("k1") }, Metrics: values.NewMetrics(registry)})
	counted := &running{metrics: registry}
	with := func(c *rollout.Config) { c.Values, c.Pace = shared, 1000 }
	first := w.start(with)
	w.fresh()
	first.stop()
	read, known := counted.metric(t, "lotus_gate_hash_cache_total", "miss"), counted.metric(t, "lotus_gate_hash_cache_total", "known")
	w.start(with)
	w.eventually("looks at all", func() (bool, string) {
		more := counted.metric(t, "lotus_gate_hash_cache_total", "known") - known
		return more >= n, fmt.Sprint(more)
	})
	if more := counted.metric(t, "lotus_gate_hash_cache_total", "miss") - read; more != 0 {
		t.Errorf("%v reads", more)
	}
	w.set("a", "password", "2")
	w.fresh()
}

func TestUnusedKeyRollsNothing(t *testing.T) {
	w := newWorld(t)
	w.create(secret("a", "password", "1", "unused", "x"), deployment("app", template("a")))
	w.start(nil)
	w.fresh()
	w.set("a", "unused", "y")
	object := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: w.namespace, Name: "a"}}
	if err := w.Patch(t.Context(), object, client.RawPatch("application/merge-patch+json", []byte(`{"metadata":{"labels":{"a":"b"}}}`))); err != nil {
		t.Fatal(err)
	}
	w.wantRollouts("app", 0)
}

func TestSeveralChangesRollOnce(t *testing.T) {
	w := newWorld(t)
	w.create(secret("a", "password", "1"), secret("b", "password", "1"), deployment("app", template("a", "b")))
	w.start(func(c *rollout.Config) { c.Limits = rollout.Limits{QuietWindow: time.Second, MaxQuiet: time.Minute} })
	w.fresh()
	for i := range 5 {
		w.set("a", "password", fmt.Sprint("next", i))
		w.set("b", "password", fmt.Sprint("next", i))
		time.Sleep(200 * time.Millisecond)
	}
	w.wantRollouts("app", 1)
	w.fresh()
	if got := w.deployment("app").Annotations[secrethash.AnnotationCause]; got != "Secret/a, Secret/b" {
		t.Errorf("cause %q", got)
	}
}

func TestChangeWhileDownIsFound(t *testing.T) {
	w := newWorld(t)
	w.create(secret("a", "password", "1"), deployment("app", template("a")), deployment("other", template("a")))
	first := w.start(nil)
	w.fresh()
	first.stop()
	w.set("a", "password", "2")
	w.start(nil)
	w.fresh()
	w.wantRollouts("app", 1)
	w.wantRollouts("other", 1)
}

func TestAllKinds(t *testing.T) {
	w := newWorld(t)
	pods := template("a")
	selector := &metav1.LabelSelector{MatchLabels: pods.Labels}
	none := int32(0)
	cronPods := template("a")
	cronPods.Spec.RestartPolicy = corev1.RestartPolicyNever
	stateful := &appsv1.StatefulSet{ObjectMeta: metav1.ObjectMeta{Name: "stateful"}, Spec: appsv1.StatefulSetSpec{Replicas: &none, Selector: selector, Template: pods}}
	daemon := &appsv1.DaemonSet{ObjectMeta: metav1.ObjectMeta{Name: "daemon"}, Spec: appsv1.DaemonSetSpec{Selector: selector, Template: pods}}
	cron := &batchv1.CronJob{ObjectMeta: metav1.ObjectMeta{Name: "cron"}, Spec: batchv1.CronJobSpec{
		Schedule: "0 0 1 1 *", JobTemplate: batchv1.JobTemplateSpec{Spec: batchv1.JobSpec{Template: cronPods}},
	}}
	w.create(secret("a", "password", "1"), stateful, daemon, cron)
	w.start(func(c *rollout.Config) { c.Limits.Budget = 2 }) // a CronJob needs none of it
	w.fresh()
	w.set("a", "password", "2")
	w.fresh()
	for _, object := range []client.Object{stateful, daemon, cron} {
		if err := w.Get(t.Context(), client.ObjectKeyFromObject(object), object); err != nil {
			t.Fatal(err)
		}
		workload, _ := secrethash.Of(object)
		if workload.Stamp() == "" || object.GetGeneration() != 2 {
			t.Errorf("%T: stamp %q, generation %d", object, workload.Stamp(), object.GetGeneration())
		}
	}
}

func TestConfigMapRollsOnce(t *testing.T) {
	w := newWorld(t)
	pods := template()
	pods.Spec.Volumes = []corev1.Volume{{Name: "config", VolumeSource: corev1.VolumeSource{ConfigMap: &corev1.ConfigMapVolumeSource{
		LocalObjectReference: corev1.LocalObjectReference{Name: "config"}, Items: []corev1.KeyToPath{{Key: "used", Path: "used"}},
	}}}}
	w.create(configMap("config", "used", "1", "unused", "1"), deployment("app", pods))
	w.start(nil)
	w.fresh()
	for i, change := range []string{`{"data":{"unused":"2"}}`, `{"data":{"used":"2"}}`} {
		object := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: w.namespace, Name: "config"}}
		if err := w.Patch(t.Context(), object, client.RawPatch("application/merge-patch+json", []byte(change))); err != nil {
			t.Fatal(err)
		}
		w.wantRollouts("app", i)
	}
	w.fresh()
}
