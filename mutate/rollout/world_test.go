package rollout_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	eventsv1 "k8s.io/api/events/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/config"
	"sigs.k8s.io/controller-runtime/pkg/manager"
	"sigs.k8s.io/controller-runtime/pkg/metrics/server"

	"github.com/lotus-lake/lotus-gate/mutate/digest"
	"github.com/lotus-lake/lotus-gate/mutate/rollout"
	"github.com/lotus-lake/lotus-gate/mutate/secrethash"
	"github.com/lotus-lake/lotus-gate/mutate/values"
	"github.com/lotus-lake/lotus-gate/test/cluster"
)

// soon is how long anything here may take on a busy machine.
const soon = 30 * time.Second

// still is how long nothing must happen before a test believes that nothing will.
const still = 1500 * time.Millisecond

func ring(ids ...string) digest.Keyring {
	keys := digest.Keyring{Current: ids[0], Keys: map[string][]byte{}}
	for _, id := range ids {
		keys.Keys[id] = []byte(strings.Repeat(id, digest.KeyLength)[:digest.KeyLength])
	}
	return keys
}

// world is a namespace of its own on the shared API server.
type world struct {
	testing.TB
	client.Client
	namespace string
	rest      *rest.Config
	patience  time.Duration
}

func newWorld(t testing.TB) *world {
	t.Helper()
	return worldOn(t, run(t))
}

func worldOn(t testing.TB, on *cluster.Cluster) *world {
	t.Helper()
	config := on.Config()
	config.QPS = -1
	c, err := client.New(config, client.Options{})
	if err != nil {
		t.Fatal(err)
	}
	namespace := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{GenerateName: "world-"}}
	if err := c.Create(t.Context(), namespace); err != nil {
		t.Fatal(err)
	}
	return &world{TB: t, Client: c, namespace: namespace.Name, rest: config, patience: soon}
}

// running is a controller that runs.
type running struct {
	metrics *prometheus.Registry
	stop    func()
}

// start a controller over this namespace, without leader election.
func (w *world) start(change func(*rollout.Config)) *running {
	w.Helper()
	return w.startAs(w.rest, change)
}

func (w *world) startAs(as *rest.Config, change func(*rollout.Config)) *running {
	w.Helper()
	yes := true
	mgr, err := manager.New(as, manager.Options{
		Cache:      cache.Options{ByObject: rollout.CacheOptions(false), DefaultNamespaces: map[string]cache.Config{w.namespace: {}}},
		Metrics:    server.Options{BindAddress: "0"},
		Controller: config.Controller{SkipNameValidation: &yes},
	})
	if err != nil {
		w.Fatal(err)
	}
	registry := prometheus.NewRegistry()
	keys := ring("k1")
	made := rollout.Config{
		Ring:    func(context.Context, string) digest.Keyring { return keys },
		Events:  mgr.GetEventRecorder("lotus-gate"),
		Metrics: rollout.NewMetrics(registry),
		Mode:    secrethash.Enabled,
	}
	if change != nil {
		change(&made)
	}
	ctx, cancel := context.WithCancel(context.Background())
	if made.Values == nil {
		made.Values = values.New(values.Config{Client: mgr.GetAPIReader(), Ring: func() digest.Keyring { return made.Ring(ctx, "") }})
	}
	if err := rollout.Setup(ctx, mgr, made); err != nil {
		w.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- mgr.Start(ctx) }()
	stopped := false
	r := &running{metrics: registry}
	r.stop = func() {
		if stopped {
			return
		}
		stopped = true
		cancel()
		if err := <-ended; err != nil {
			w.Errorf("controller: %v", err)
		}
	}
	w.Cleanup(r.stop)
	return r
}

// metric of the controller, added up over all labels, or of the one label value given.
func (r *running) metric(t testing.TB, name string, label ...string) float64 {
	t.Helper()
	families, err := r.metrics.Gather()
	if err != nil {
		t.Fatal(err)
	}
	sum := 0.0
	for _, family := range families {
		if family.GetName() != name {
			continue
		}
		for _, m := range family.Metric {
			if len(label) == 1 && m.Label[0].GetValue() != label[0] {
				continue
			}
			sum += m.GetCounter().GetValue() + m.GetGauge().GetValue()
		}
	}
	return sum
}

func (w *world) create(objects ...client.Object) {
	w.Helper()
	for _, object := range objects {
		object.SetNamespace(w.namespace)
		if err := w.Create(w.Context(), object); err != nil {
			w.Fatal(err)
		}
	}
}

func secret(name string, pairs ...string) *corev1.Secret {
	s := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Name: name}, Data: map[string][]byte{}}
	for i := 0; i < len(pairs); i += 2 {
		s.Data[pairs[i]] = []byte(pairs[i+1])
	}
	return s
}

func configMap(name string, pairs ...string) *corev1.ConfigMap {
	s := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: name}, Data: map[string]string{}}
	for i := 0; i < len(pairs); i += 2 {
		s.Data[pairs[i]] = pairs[i+1]
	}
	return s
}

// set values of a Secret that is there.
func (w *world) set(name string, pairs ...string) {
	w.Helper()
	patch := []string{}
	for i := 0; i < len(pairs); i += 2 {
		patch = append(patch, fmt.Sprintf("%q:%q", pairs[i], pairs[i+1]))
	}
	object := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: w.namespace, Name: name}}
	if err := w.Patch(w.Context(), object, client.RawPatch("application/merge-patch+json", []byte(`{"stringData":{`+strings.Join(patch, ",")+`}}`))); err != nil {
		w.Fatal(err)
	}
}

// template makes a pod template that uses key "password" of each Secret, by environment.
func template(secrets ...string) corev1.PodTemplateSpec {
	container := corev1.Container{Name: "app", Image: "example.org/app:1"}
	for i, name := range secrets {
		container.Env = append(container.Env, corev1.EnvVar{Name: fmt.Sprint("P", i), ValueFrom: &corev1.EnvVarSource{
			SecretKeyRef: &corev1.SecretKeySelector{LocalObjectReference: corev1.LocalObjectReference{Name: name}, Key: "password"},
		}})
	}
	return corev1.PodTemplateSpec{
		ObjectMeta: metav1.ObjectMeta{Labels: map[string]string{"app": "app"}},
		Spec:       corev1.PodSpec{Containers: []corev1.Container{container}},
	}
}

// deployment without pods: its ReplicaSets are what counts.
func deployment(name string, template corev1.PodTemplateSpec) *appsv1.Deployment {
	none, history := int32(0), int32(1000)
	template.Labels = map[string]string{"app": name}
	return &appsv1.Deployment{ObjectMeta: metav1.ObjectMeta{Name: name}, Spec: appsv1.DeploymentSpec{
		Replicas: &none, RevisionHistoryLimit: &history, Selector: &metav1.LabelSelector{MatchLabels: template.Labels}, Template: template,
	}}
}

func (w *world) deployment(name string) *appsv1.Deployment {
	w.Helper()
	d := &appsv1.Deployment{}
	if err := w.Get(w.Context(), client.ObjectKey{Namespace: w.namespace, Name: name}, d); err != nil {
		w.Fatal(err)
	}
	return d
}

// eventually waits for it, and fails with what it last said.
func (w *world) eventually(what string, ready func() (bool, string)) {
	w.Helper()
	deadline := time.Now().Add(w.patience)
	for {
		ok, last := ready()
		if ok {
			return
		}
		if time.Now().After(deadline) {
			w.Fatalf("%s: %s", what, last)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// fresh waits until no workload of the namespace is stale.
func (w *world) fresh(keys ...string) {
	w.Helper()
	if keys == nil {
		keys = []string{"k1"}
	}
	w.eventually("stale", func() (bool, string) {
		stale, err := rollout.Verify(w.Context(), w.Client, ring(keys...), rollout.VerifyOptions{Namespace: w.namespace})
		return err == nil && len(stale) == 0, fmt.Sprintf("%d: %v %v", len(stale), stale[:min(3, len(stale))], err)
	})
}

// rollouts of a Deployment beyond its first: ReplicaSets that the deployment controller made.
func (w *world) rollouts(name string) int {
	w.Helper()
	sets := &appsv1.ReplicaSetList{}
	w.eventually("ReplicaSets of "+name, func() (bool, string) {
		if err := w.List(w.Context(), sets, client.InNamespace(w.namespace), client.MatchingLabels{"app": name}); err != nil {
			return false, err.Error()
		}
		d := w.deployment(name)
		return d.Status.ObservedGeneration == d.Generation && len(sets.Items) > 0, "the deployment controller is behind"
	})
	return len(sets.Items) - 1
}

// wantRollouts checks their number, now and after a while of nothing.
func (w *world) wantRollouts(name string, want int) {
	w.Helper()
	w.eventually("rollouts of "+name, func() (bool, string) {
		got := w.rollouts(name)
		return got >= want, fmt.Sprintf("%d, want %d", got, want)
	})
	time.Sleep(still)
	if got := w.rollouts(name); got != want {
		w.Fatalf("%d rollouts of %s, want %d", got, name, want)
	}
}

// wantEvent waits for an event about the workload whose note contains the text.
func (w *world) wantEvent(name, reason, text string) {
	w.Helper()
	w.eventually("event "+reason, func() (bool, string) {
		list := &eventsv1.EventList{}
		if err := w.List(w.Context(), list, client.InNamespace(w.namespace)); err != nil {
			return false, err.Error()
		}
		var seen []string
		for _, event := range list.Items {
			if event.Regarding.Name != name {
				continue
			}
			if event.Reason == reason && strings.Contains(event.Note, text) {
				return true, ""
			}
			seen = append(seen, event.Reason+": "+event.Note)
		}
		return false, fmt.Sprintf("none with %q in %q", text, seen)
	})
}
