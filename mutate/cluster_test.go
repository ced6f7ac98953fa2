package mutate_test

import (
	"context"
	"encoding/pem"
	"net/http/httptest"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/go-logr/logr"
	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/log"

	"github.com/lotus-lake/lotus-gate/mutate"
	"github.com/lotus-lake/lotus-gate/mutate/digest"
	"github.com/lotus-lake/lotus-gate/mutate/keystore"
	"github.com/lotus-lake/lotus-gate/mutate/secrethash"
	"github.com/lotus-lake/lotus-gate/mutate/values"
	"github.com/lotus-lake/lotus-gate/serve/registration"
	"github.com/lotus-lake/lotus-gate/serve/review"
	"github.com/lotus-lake/lotus-gate/test/cluster"
)

// kubernetes with our mutating webhook, shared by the tests of this package and started by the first that needs it.
var kubernetes struct {
	once  sync.Once
	run   *cluster.Cluster
	serve *httptest.Server
	world world
	cause error
}

func TestMain(m *testing.M) {
	log.SetLogger(logr.Discard())
	code := m.Run()
	if kubernetes.serve != nil {
		kubernetes.serve.Close()
	}
	if kubernetes.run != nil {
		if err := kubernetes.run.Stop(); err != nil {
			code = 1
		}
	}
	os.Exit(code)
}

// world is what a test works with: a client, a namespace of its own, and what the webhook works with.
type world struct {
	testing.TB
	client.Client
	namespace string
	keys      *keystore.Store
	values    *values.Reader
}

func newWorld(t testing.TB) *world {
	t.Helper()
	kubernetes.once.Do(func() { kubernetes.cause = start(context.Background()) })
	if kubernetes.cause != nil {
		t.Fatal(kubernetes.cause)
	}
	w := kubernetes.world
	w.TB = t
	namespace := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{GenerateName: "world-"}}
	if err := w.Create(t.Context(), namespace); err != nil {
		t.Fatal(err)
	}
	w.namespace = namespace.Name
	return &w
}

// start a Kubernetes, the webhook, and its registration by URL.
func start(ctx context.Context) error {
	run, err := cluster.Start(ctx, cluster.Options{})
	if err != nil {
		return err
	}
	kubernetes.run = run
	config := run.Config()
	config.QPS = -1
	live, err := client.New(config, client.Options{})
	if err != nil {
		return err
	}
	keys := keystore.New(keystore.Config{Client: live, Namespace: "default"})
	if err := keys.Load(ctx); err != nil {
		return err
	}
	reader := values.New(values.Config{Client: live, Ring: keys.Ring})
	handler := mutate.New(mutate.Config{
		Values: reader,
		Ring:   keys.With,
		NamespaceLabels: func(ctx context.Context, name string) (map[string]string, error) {
			var namespace corev1.Namespace
			err := live.Get(ctx, client.ObjectKey{Name: name}, &namespace)
			return namespace.Labels, err
		},
	})
	kubernetes.serve = httptest.NewTLSServer(review.Handler(handler, "mutate", nil))
	bundle := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: kubernetes.serve.Certificate().Raw})
	entries, err := registration.Mutating(registration.Options{URL: kubernetes.serve.URL, CABundle: bundle})
	if err != nil {
		return err
	}
	for i := range entries {
		entries[i].FailurePolicy = new(admissionregistrationv1.Fail) // a webhook that cannot answer is a failed test
	}
	err = live.Create(ctx, &admissionregistrationv1.MutatingWebhookConfiguration{ObjectMeta: metav1.ObjectMeta{Name: "lotus-gate"}, Webhooks: entries})
	if err != nil {
		return err
	}
	kubernetes.world = world{Client: live, keys: keys, values: reader}
	return registered(ctx, live)
}

// registered waits until the API server calls the webhook: it learns of registrations a moment later.
func registered(ctx context.Context, live client.Client) error {
	for {
		probe := deployment("default", "probe", "v1", "absent")
		if err := live.Create(ctx, probe, client.DryRunAll); err != nil {
			return err
		}
		if probe.Annotations[secrethash.AnnotationBaseline] != "" {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// deployment with one container that uses key k of each Secret.
func deployment(namespace, name, image string, secrets ...string) *appsv1.Deployment {
	labels := map[string]string{"app": name}
	container := corev1.Container{Name: "c", Image: image}
	for _, secret := range secrets {
		container.Env = append(container.Env, corev1.EnvVar{Name: "E_" + secret, ValueFrom: &corev1.EnvVarSource{
			SecretKeyRef: &corev1.SecretKeySelector{LocalObjectReference: corev1.LocalObjectReference{Name: secret}, Key: "k"},
		}})
	}
	return &appsv1.Deployment{
		TypeMeta:   metav1.TypeMeta{APIVersion: "apps/v1", Kind: "Deployment"},
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name},
		Spec: appsv1.DeploymentSpec{
			Selector: &metav1.LabelSelector{MatchLabels: labels},
			Template: corev1.PodTemplateSpec{ObjectMeta: metav1.ObjectMeta{Labels: labels}, Spec: corev1.PodSpec{Containers: []corev1.Container{container}}},
		},
	}
}

func (w *world) secret(name, value string) *corev1.Secret {
	return &corev1.Secret{
		TypeMeta:   metav1.TypeMeta{APIVersion: "v1", Kind: "Secret"},
		ObjectMeta: metav1.ObjectMeta{Namespace: w.namespace, Name: name},
		Data:       map[string][]byte{"k": []byte(value)},
	}
}

func (w *world) create(object client.Object) {
	w.Helper()
	if err := w.Create(w.Context(), object); err != nil {
		w.Fatal(err)
	}
}

// set the value of Secret a, which exists.
func (w *world) set(value string) {
	w.Helper()
	if err := w.Update(w.Context(), w.secret("a", value)); err != nil {
		w.Fatal(err)
	}
}

func (w *world) live(name string) *appsv1.Deployment {
	w.Helper()
	var deployment appsv1.Deployment
	if err := w.Get(w.Context(), client.ObjectKey{Namespace: w.namespace, Name: name}, &deployment); err != nil {
		w.Fatal(err)
	}
	return &deployment
}

// decide what the controller would do about a Deployment now.
func (w *world) decide(name string) secrethash.Decision {
	w.Helper()
	workload, _ := secrethash.Of(w.live(name))
	refs := digest.PodRefs(&workload.Template.Spec, false)
	now, err := w.values.Read(w.Context(), w.namespace, refs)
	if err != nil {
		w.Fatal(err)
	}
	return secrethash.Decide(w.keys.Ring(), workload.Baseline(), refs, now, workload.Stamp())
}

// rollouts is the number of ReplicaSets once the controller manager has seen the Deployment as it is.
func (w *world) rollouts(name string) int {
	w.Helper()
	deadline := time.Now().Add(30 * time.Second)
	for {
		deployment := w.live(name)
		if deployment.Status.ObservedGeneration == deployment.Generation {
			var sets appsv1.ReplicaSetList
			if err := w.List(w.Context(), &sets, client.InNamespace(w.namespace), client.MatchingLabels{"app": name}); err != nil {
				w.Fatal(err)
			}
			return len(sets.Items)
		}
		if time.Now().After(deadline) {
			w.Fatalf("the controller manager has not seen %s", name)
		}
		time.Sleep(20 * time.Millisecond)
	}
}
