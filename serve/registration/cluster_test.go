package registration_test

import (
	"context"
	"encoding/json"
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	review "k8s.io/api/admission/v1"
	apps "k8s.io/api/apps/v1"
	batch "k8s.io/api/batch/v1"
	core "k8s.io/api/core/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/envtest"

	"github.com/lotus-lake/lotus-gate/policy"
	"github.com/lotus-lake/lotus-gate/policy/rules"
	"github.com/lotus-lake/lotus-gate/serve/registration"
	"github.com/lotus-lake/lotus-gate/test/cluster"
)

// TestCluster runs what needs an API server against one.
func TestCluster(t *testing.T) {
	c := cluster.ForTest(t, cluster.Options{APIOnly: true})
	if _, err := envtest.InstallCRDs(c.Config(), envtest.CRDInstallOptions{Paths: []string{"../../tofu/crd.yaml"}, ErrorIfPathMissing: true}); err != nil {
		t.Fatal(err)
	}
	t.Run("Requests", func(t *testing.T) { testRequests(t, c) })
	t.Run("SyncOutside", func(t *testing.T) { testSyncOutside(t, c) })
	t.Run("SyncInside", func(t *testing.T) { testSyncInside(t, c) })
	t.Run("Check", func(t *testing.T) { testCheck(t, c) })
}

func shippedRules(t *testing.T) []policy.Rule {
	t.Helper()
	set, err := policy.Load(rules.FS, nil)
	if err != nil {
		t.Fatal(err)
	}
	return set.Rules()
}

// webhook allows everything and remembers what came.
type webhook struct {
	*httptest.Server
	mu      sync.Mutex
	arrived []string // paths
}

func newWebhook(t *testing.T) *webhook {
	w := &webhook{}
	w.Server = httptest.NewTLSServer(http.HandlerFunc(func(response http.ResponseWriter, request *http.Request) {
		var r review.AdmissionReview
		if err := json.NewDecoder(request.Body).Decode(&r); err != nil {
			t.Error(err)
			return
		}
		w.mu.Lock()
		w.arrived = append(w.arrived, request.URL.Path)
		w.mu.Unlock()
		r.Response = &review.AdmissionResponse{UID: r.Request.UID, Allowed: true}
		if err := json.NewEncoder(response).Encode(r); err != nil {
			t.Error(err)
		}
	}))
	t.Cleanup(w.Close)
	return w
}

func (w *webhook) bundle() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: w.Certificate().Raw})
}

func (w *webhook) take() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	paths := w.arrived
	w.arrived = nil
	slices.Sort(paths)
	return paths
}

// testRequests: requests that some rule or mutation concerns arrive, where they
// belong, and no others do.
func testRequests(t *testing.T, c *cluster.Cluster) {
	admin := newClient(t, c, "admin", "system:masters")
	ours := newClient(t, c, "system:serviceaccount:gate:lotus-gate", "system:masters")
	hook := newWebhook(t)
	shipped := shippedRules(t)
	v, m, err := registration.Generate(shipped, registration.Options{
		URL: hook.URL, CABundle: hook.bundle(), Namespace: "gate", User: "system:serviceaccount:gate:lotus-gate",
	})
	if err != nil {
		t.Fatal(err)
	}
	var state, stream string
	for _, rule := range shipped {
		switch rule.ID {
		case "state/protected":
			state = registration.ValidatePath + "/" + rule.Webhook()
		case "stream/schema":
			stream = registration.ValidatePath + "/" + rule.Webhook()
		}
	}
	const mutate, validate = "/mutate", "/validate/ignore"
	for _, object := range []client.Object{
		&core.Namespace{ObjectMeta: meta.ObjectMeta{Name: "gate"}}, &core.Namespace{ObjectMeta: meta.ObjectMeta{Name: "lake"}}, v, m,
	} {
		if err := admin.Create(t.Context(), object); err != nil {
			t.Fatalf("the API server refuses %s: %v", object.GetName(), err)
		}
	}
	t.Cleanup(func() {
		for _, object := range []client.Object{v, m} {
			if err := admin.Delete(context.Background(), object); err != nil {
				t.Error(err)
			}
		}
	})
	ready := map[string]func() client.Object{
		mutate: func() client.Object { return deployment("lake", "probe") }, validate: func() client.Object { return terraform("lake", "probe") },
		stream: func() client.Object {
			return configMap("lake", "probe", map[string]string{"lotus-gate.dev/stream-source": "x"})
		},
	}
	for path, object := range ready {
		for deadline := time.Now().Add(20 * time.Second); !slices.Contains(hook.take(), path); time.Sleep(20 * time.Millisecond) {
			if err := admin.Create(t.Context(), object(), client.DryRunAll); err != nil {
				t.Fatal(err)
			}
			if time.Now().After(deadline) {
				t.Fatalf("nothing arrives at %s", path)
			}
		}
	}
	hook.take()

	d, s, cron, tf := deployment("lake", "d"), secret("lake", "tfstate-default-lake"), cronJob("lake", "c"), terraform("lake", "lake")
	stateless, config := secret("lake", "other"), configMap("lake", "plain", nil)
	labelled := configMap("lake", "labelled", map[string]string{"lotus-gate.dev/stream-source": "shopify"})
	system, systemState := deployment("kube-system", "d"), secret("kube-system", "tfstate-default-x")
	own, ownState := deployment("gate", "d"), secret("gate", "tfstate-default-x")
	byUs, kept := deployment("lake", "by-us"), deployment("lake", "kept")
	kept.Finalizers = []string{"example.com/kept"}
	annotate := func(o client.Object, key, value string) func() {
		return func() {
			all := o.GetAnnotations()
			if all == nil {
				all = map[string]string{}
			}
			if all[key] = value; value == "" {
				delete(all, key)
			}
			o.SetAnnotations(all)
		}
	}
	label := func(o client.Object) func() { return func() { o.SetLabels(map[string]string{"changed": "true"}) } }
	image := func(d *apps.Deployment) func() {
		return func() { d.Spec.Template.Spec.Containers[0].Image += "x" }
	}
	for _, step := range []struct {
		name   string
		change func() // nil: create
		by     client.Client
		object client.Object
		do     func(client.Client, client.Object) error
		want   []string
	}{
		{name: "create a Deployment", object: d, want: []string{mutate}},
		{name: "replicas", object: d, change: func() { d.Spec.Replicas = new(int32(3)) }},
		{name: "label", object: d, change: label(d)},
		{name: "annotation of somebody", object: d, change: annotate(d, "example.com/a", "b")},
		{name: "image", object: d, change: image(d), want: []string{mutate}},
		{name: "stamp", object: d, change: func() { d.Spec.Template.Annotations = map[string]string{"lotus-gate.dev/secret-hash": "x"} }, want: []string{mutate}},
		{name: "baseline", object: d, change: annotate(d, "lotus-gate.dev/baseline", "{}"), want: []string{mutate}},
		{name: "baseline dropped", object: d, change: annotate(d, "lotus-gate.dev/baseline", ""), want: []string{mutate}},
		{name: "all annotations dropped", object: d, change: func() { d.Annotations = nil }},
		{name: "scale", object: d, do: func(c client.Client, o client.Object) error {
			return c.SubResource("scale").Patch(t.Context(), o.DeepCopyObject().(client.Object), client.RawPatch("application/merge-patch+json", []byte(`{"spec":{"replicas":5}}`)))
		}},
		{name: "status", object: d, do: func(c client.Client, o client.Object) error {
			return c.Status().Patch(t.Context(), o, client.RawPatch("application/merge-patch+json", []byte(`{"status":{"observedGeneration":7}}`)))
		}},
		{name: "opt out", object: d, change: annotate(d, "lotus-gate.dev/rollout", "disabled")},
		{name: "opted out", object: d, change: image(d)},
		{name: "opt in", object: d, change: annotate(d, "lotus-gate.dev/rollout", "enabled"), want: []string{mutate}},
		{name: "delete a Deployment", object: d, do: remove(t)},

		{name: "create a kept Deployment", object: kept, want: []string{mutate}},
		{name: "delete it", object: kept, do: remove(t)},
		{name: "let it go", object: kept, change: func() { kept.Finalizers, kept.Spec.Template.Spec.Containers[0].Image = nil, "y" }},

		{name: "create a CronJob", object: cron, want: []string{mutate}},
		{name: "schedule", object: cron, change: func() { cron.Spec.Schedule = "5 5 * * *" }},
		{name: "job template", object: cron, change: func() { cron.Spec.JobTemplate.Spec.Template.Spec.Containers[0].Image = "z" }, want: []string{mutate}},

		{name: "create a Terraform object", object: tf, want: []string{mutate, validate}},
		{name: "its label", object: tf, change: label(tf), want: []string{validate}},
		{name: "its annotation", object: tf, change: annotate(tf, "reconcile.fluxcd.io/requestedAt", "now"), want: []string{mutate, validate}},
		{name: "its spec", object: tf, change: func() { _ = unstructured.SetNestedField(tf.Object, "6m", "spec", "interval") }, want: []string{mutate, validate}},
		{name: "its status", object: tf, do: func(c client.Client, o client.Object) error {
			_ = unstructured.SetNestedField(tf.Object, "x", "status", "lastAppliedRevision")
			return c.Status().Update(t.Context(), o)
		}},
		{name: "delete it ", object: tf, do: remove(t), want: []string{validate}},

		{name: "create state", object: s},
		{name: "change state", object: s, change: label(s), want: []string{state}},
		{name: "delete state", object: s, do: remove(t), want: []string{state}},
		{name: "create a Secret", object: stateless},
		{name: "change a Secret", object: stateless, change: label(stateless)},
		{name: "delete a Secret", object: stateless, do: remove(t)},
		{name: "create a ConfigMap", object: config},
		{name: "change a ConfigMap", object: config, change: label(config)},
		{name: "create a stream's ConfigMap", object: labelled, want: []string{stream}},
		{name: "change it", object: labelled, change: annotate(labelled, "a", "b"), want: []string{stream}},
		{name: "a Service", object: &core.Service{
			ObjectMeta: meta.ObjectMeta{Namespace: "lake", Name: "s"}, Spec: core.ServiceSpec{Ports: []core.ServicePort{{Port: 80}}},
		}},

		{name: "a Deployment of kube-system", object: system},
		{name: "its image", object: system, change: image(system)},
		{name: "state in kube-system", object: systemState},
		{name: "state in kube-system changed", object: systemState, change: label(systemState), want: []string{state}},
		{name: "a Deployment of our own namespace", object: own},
		{name: "state in our own namespace", object: ownState},
		{name: "state in our own namespace changed", object: ownState, change: label(ownState)},

		{name: "a Deployment that we change", object: byUs, want: []string{mutate}},
		{name: "we change it", object: byUs, by: ours, change: image(byUs)},
	} {
		by := step.by
		if by == nil {
			by = admin
		}
		var err error
		switch {
		case step.do != nil:
			err = step.do(by, step.object)
		case step.change == nil:
			err = by.Create(t.Context(), step.object)
		default:
			if err = by.Get(t.Context(), client.ObjectKeyFromObject(step.object), step.object); err == nil {
				step.change()
				err = by.Update(t.Context(), step.object)
			}
		}
		if err != nil {
			t.Errorf("%s: %v", step.name, err)
		}
		if diff := cmp.Diff(step.want, hook.take()); diff != "" {
			t.Errorf("%s: arrived (-want +got):\n%s", step.name, diff)
		}
	}
}

func newClient(t *testing.T, c *cluster.Cluster, user string, groups ...string) client.Client {
	t.Helper()
	config, err := c.ConfigFor(user, groups...)
	if err != nil {
		t.Fatal(err)
	}
	made, err := client.New(config, client.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return made
}

func remove(t *testing.T) func(client.Client, client.Object) error {
	return func(c client.Client, o client.Object) error { return c.Delete(t.Context(), o) }
}

func template() core.PodTemplateSpec {
	return core.PodTemplateSpec{
		ObjectMeta: meta.ObjectMeta{Labels: map[string]string{"app": "x"}},
		Spec:       core.PodSpec{RestartPolicy: core.RestartPolicyAlways, Containers: []core.Container{{Name: "c", Image: "i"}}},
	}
}

func deployment(namespace, name string) *apps.Deployment {
	return &apps.Deployment{
		ObjectMeta: meta.ObjectMeta{Namespace: namespace, Name: name},
		Spec:       apps.DeploymentSpec{Selector: &meta.LabelSelector{MatchLabels: map[string]string{"app": "x"}}, Template: template()},
	}
}

func cronJob(namespace, name string) *batch.CronJob {
	pod := template()
	pod.Spec.RestartPolicy = core.RestartPolicyNever
	return &batch.CronJob{
		ObjectMeta: meta.ObjectMeta{Namespace: namespace, Name: name},
		Spec:       batch.CronJobSpec{Schedule: "0 0 * * *", JobTemplate: batch.JobTemplateSpec{Spec: batch.JobSpec{Template: pod}}},
	}
}

func secret(namespace, name string) *core.Secret {
	return &core.Secret{ObjectMeta: meta.ObjectMeta{Namespace: namespace, Name: name}, StringData: map[string]string{"a": "b"}}
}

func configMap(namespace, name string, labels map[string]string) *core.ConfigMap {
	return &core.ConfigMap{ObjectMeta: meta.ObjectMeta{Namespace: namespace, Name: name, Labels: labels}}
}

func terraform(namespace, name string) *unstructured.Unstructured {
	return &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "infra.contrib.fluxcd.io/v1alpha2", "kind": "Terraform",
		"metadata": map[string]any{"namespace": namespace, "name": name},
		"spec": map[string]any{
			"interval": "5m", "path": "./", "sourceRef": map[string]any{"kind": "GitRepository", "name": "lake"},
		},
	}}
}
