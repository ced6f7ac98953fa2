package charts

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-logr/logr"
	"github.com/google/go-cmp/cmp"
	admission "k8s.io/api/admissionregistration/v1"
	apps "k8s.io/api/apps/v1"
	coordination "k8s.io/api/coordination/v1"
	core "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/log"

	"github.com/lotus-lake/lotus-gate/test/cluster"
)

const namespace = "lotus-gate"

// TestLife installs, upgrades, rolls back and uninstalls on a real API server, with fake nodes where pods turn ready. No process answers: what
// the cluster does then is part of the test.
func TestLife(t *testing.T) {
	log.SetLogger(logr.Discard())
	audit := filepath.Join(t.TempDir(), "audit.log")
	world := cluster.ForTest(t, cluster.Options{Nodes: 2, AuditLog: audit})
	api, err := client.New(world.Config(), client.Options{})
	if err != nil {
		t.Fatal(err)
	}
	// The strictest of Kubernetes' own pod security levels judges our pods.
	create(t, api, &core.Namespace{ObjectMeta: meta.ObjectMeta{Name: namespace, Labels: map[string]string{"pod-security.kubernetes.io/enforce": "restricted"}}})
	for _, given := range []client.Object{&core.ServiceAccount{ObjectMeta: meta.ObjectMeta{Name: "default"}}, &core.ConfigMap{ObjectMeta: meta.ObjectMeta{Name: "kube-root-ca.crt"}}} {
		eventually(t, "what Kubernetes puts into a namespace", func() error {
			return api.Get(t.Context(), client.ObjectKey{Namespace: namespace, Name: given.GetName()}, given)
		})
	}
	state := &core.Secret{ObjectMeta: meta.ObjectMeta{Namespace: "default", Name: "tfstate-default-lake"}}
	create(t, api, state)
	run := func(args ...string) {
		t.Helper()
		if out, errs, err := helm(t, append(args, "--namespace", namespace, "--kubeconfig", world.Kubeconfig())...); err != nil {
			t.Fatalf("helm %s: %v\n%s%s", strings.Join(args, " "), err, out, errs)
		}
	}

	// Helm 4 applies on the server, Helm 3 and `--server-side=false` patch from the client.
	for _, side := range []string{"true", "false"} {
		passed := t.Run("server-side="+side, func(t *testing.T) {
			before := everything(t, world.Config())
			run("install", "lotus-gate", chart, "--set", image, "--wait", "--timeout", "5m", "--server-side="+side)
			if ready := deployment(t, api).Status.ReadyReplicas; ready != 2 {
				t.Errorf("%d replicas are ready", ready)
			}
			ordinaryObjectsPass(t, api)
			stateFailsClosed(t, api, state)

			// The first remedy of docs/operations.md#nothing-answers.
			run("upgrade", "lotus-gate", chart, "--reuse-values", "--set", "webhooks.failurePolicy.stateProtection=Ignore", "--server-side="+side)
			stateCanBeWritten(t, api, state)
			run("rollback", "lotus-gate", "1", "--server-side="+side)
			stateFailsClosed(t, api, state)

			// What the running process writes.
			publish(t, api, "the bundle")
			for _, name := range []string{"lotus-gate-ca", "lotus-gate-key"} {
				create(t, api, &core.Secret{ObjectMeta: meta.ObjectMeta{Namespace: namespace, Name: name}})
			}
			create(t, api, &coordination.Lease{ObjectMeta: meta.ObjectMeta{Namespace: namespace, Name: "lotus-gate-webhook"}})

			run("upgrade", "lotus-gate", chart, "--set", image, "--set", "webhooks.timeoutSeconds=1", "--set", "config.secretHash.budget=5", "--wait", "--timeout", "5m", "--server-side="+side)
			expectWebhooks(t, api, "after an upgrade", 1, "the bundle")
			if got := deployment(t, api).Spec.Template.Annotations["lotus-gate.dev/config-checksum"]; len(got) != 64 {
				t.Errorf("checksum %q", got)
			}
			upgraded := deployment(t, api).Generation

			publish(t, api, "a rotated bundle")
			run("rollback", "lotus-gate", "1", "--wait", "--timeout", "5m", "--server-side="+side)
			expectWebhooks(t, api, "after a rollback", 3, "a rotated bundle")
			if deployment(t, api).Generation == upgraded {
				t.Error("the rollback left the pods of the upgrade")
			}

			run("uninstall", "lotus-gate", "--wait", "--timeout", "5m")
			left := []string{
				"coordination.k8s.io leases lotus-gate/lotus-gate-webhook",
				"secrets lotus-gate/lotus-gate-ca",
				"secrets lotus-gate/lotus-gate-key",
			}
			expectLeft(t, world.Config(), before, left)
			stateCanBeWritten(t, api, state)

			// docs/operations.md tells the operator these.
			for _, object := range []client.Object{
				&core.Secret{ObjectMeta: meta.ObjectMeta{Namespace: namespace, Name: "lotus-gate-ca"}},
				&core.Secret{ObjectMeta: meta.ObjectMeta{Namespace: namespace, Name: "lotus-gate-key"}},
				&coordination.Lease{ObjectMeta: meta.ObjectMeta{Namespace: namespace, Name: "lotus-gate-webhook"}},
			} {
				if err := api.Delete(t.Context(), object); err != nil {
					t.Fatal(err)
				}
			}
			expectLeft(t, world.Config(), before, nil)
		})
		if !passed {
			return
		}
	}
	webhooksGoFirst(t, audit)
	t.Run("annotations", func(t *testing.T) { annotationsGo(t, world, api) })

	t.Run("a namespace that is deleted with it inside", func(t *testing.T) {
		run("install", "lotus-gate", chart, "--set", image, "--wait", "--timeout", "5m")
		if err := api.Delete(t.Context(), &core.Namespace{ObjectMeta: meta.ObjectMeta{Name: namespace}}); err != nil {
			t.Fatal(err)
		}
		eventually(t, "the namespace is gone", func() error {
			err := api.Get(t.Context(), client.ObjectKey{Name: namespace}, &core.Namespace{})
			if apierrors.IsNotFound(err) {
				return nil
			}
			return fmt.Errorf("still there: %w", err)
		})
		ordinaryObjectsPass(t, api)
		stateFailsClosed(t, api, state)
		// The remedy of docs/operations.md#nothing-answers.
		for _, object := range []client.Object{&admission.ValidatingWebhookConfiguration{}, &admission.MutatingWebhookConfiguration{}} {
			object.SetName("lotus-gate")
			if err := api.Delete(t.Context(), object); err != nil {
				t.Fatal(err)
			}
		}
		stateCanBeWritten(t, api, state)
	})
}

// ordinaryObjectsPass: with nobody to answer, what is not Terraform state is created all the same, and not much later.
func ordinaryObjectsPass(t *testing.T, api client.Client) {
	t.Helper()
	labels := map[string]string{"app": "ordinary"}
	start := time.Now()
	object := &apps.Deployment{
		ObjectMeta: meta.ObjectMeta{Namespace: "default", Name: "ordinary"},
		Spec: apps.DeploymentSpec{
			Replicas: new(int32),
			Selector: &meta.LabelSelector{MatchLabels: labels},
			Template: core.PodTemplateSpec{
				ObjectMeta: meta.ObjectMeta{Labels: labels},
				Spec:       core.PodSpec{Containers: []core.Container{{Name: "c", Image: "registry.example.org/c"}}},
			},
		},
	}
	create(t, api, object)
	if took := time.Since(start); took > 10*time.Second {
		t.Errorf("a Deployment took %s: longer than the timeouts of the webhooks add up to", took)
	}
	if err := api.Delete(t.Context(), object, client.PropagationPolicy(meta.DeletePropagationForeground)); err != nil {
		t.Error(err)
	}
	eventually(t, "the Deployment is gone", func() error {
		err := api.Get(t.Context(), client.ObjectKeyFromObject(object), &apps.Deployment{})
		if apierrors.IsNotFound(err) {
			return nil
		}
		return fmt.Errorf("still there: %w", err)
	})
}

// stateFailsClosed: nobody answers, so state is not changed, and the error names what stands in the way. The API server takes some time to notice a
// changed configuration.
func stateFailsClosed(t *testing.T, api client.Client, state *core.Secret) {
	t.Helper()
	eventually(t, "state is protected", func() error {
		err := write(t, api, state)
		if err == nil {
			return errors.New("it can be written")
		}
		if !strings.Contains(err.Error(), `failed calling webhook "fail-`) || !strings.Contains(err.Error(), `.lotus-gate.dev"`) {
			return fmt.Errorf("the reason is another: %w", err)
		}
		return nil
	})
}

// stateCanBeWritten: nothing stands in its way any more.
func stateCanBeWritten(t *testing.T, api client.Client, state *core.Secret) {
	t.Helper()
	eventually(t, "state can be written", func() error { return write(t, api, state) })
}

func write(t *testing.T, api client.Client, state *core.Secret) error {
	t.Helper()
	current := &core.Secret{}
	if err := api.Get(t.Context(), client.ObjectKeyFromObject(state), current); err != nil {
		t.Fatal(err)
	}
	current.Data = map[string][]byte{"tfstate": fmt.Appendf(nil, "%d", time.Now().UnixNano())}
	return api.Update(t.Context(), current)
}

// publish writes the bundle as the leader does.
func publish(t *testing.T, api client.Client, bundle string) {
	t.Helper()
	key := client.ObjectKey{Name: "lotus-gate"}
	validating, mutating := &admission.ValidatingWebhookConfiguration{}, &admission.MutatingWebhookConfiguration{}
	if err := api.Get(t.Context(), key, validating); err != nil {
		t.Fatal(err)
	}
	for i := range validating.Webhooks {
		validating.Webhooks[i].ClientConfig.CABundle = []byte(bundle)
	}
	if err := api.Update(t.Context(), validating, client.FieldOwner("lotus-gate")); err != nil {
		t.Fatal(err)
	}
	if err := api.Get(t.Context(), key, mutating); err != nil {
		t.Fatal(err)
	}
	for i := range mutating.Webhooks {
		mutating.Webhooks[i].ClientConfig.CABundle = []byte(bundle)
	}
	if err := api.Update(t.Context(), mutating, client.FieldOwner("lotus-gate")); err != nil {
		t.Fatal(err)
	}
}

func expectWebhooks(t *testing.T, api client.Client, when string, timeout int32, bundle string) {
	t.Helper()
	key := client.ObjectKey{Name: "lotus-gate"}
	validating, mutating := &admission.ValidatingWebhookConfiguration{}, &admission.MutatingWebhookConfiguration{}
	if err := api.Get(t.Context(), key, validating); err != nil {
		t.Fatal(err)
	}
	if err := api.Get(t.Context(), key, mutating); err != nil {
		t.Fatal(err)
	}
	expect := func(name string, config admission.WebhookClientConfig, seconds int32) {
		if string(config.CABundle) != bundle {
			t.Errorf("%s %s trusts %q", when, name, config.CABundle)
		}
		if seconds != timeout {
			t.Errorf("%s %s has a timeout of %d s, want %d", when, name, seconds, timeout)
		}
	}
	for _, w := range validating.Webhooks {
		expect(w.Name, w.ClientConfig, *w.TimeoutSeconds)
	}
	for _, w := range mutating.Webhooks {
		expect(w.Name, w.ClientConfig, *w.TimeoutSeconds)
	}
}

func deployment(t *testing.T, api client.Client) *apps.Deployment {
	t.Helper()
	object := &apps.Deployment{}
	if err := api.Get(t.Context(), client.ObjectKey{Namespace: namespace, Name: "lotus-gate"}, object); err != nil {
		t.Fatal(err)
	}
	return object
}

func create(t *testing.T, api client.Client, object client.Object) {
	t.Helper()
	if err := api.Create(t.Context(), object); err != nil {
		t.Fatal(err)
	}
}

func eventually(t *testing.T, what string, ask func() error) {
	t.Helper()
	deadline := time.Now().Add(2 * time.Minute)
	for {
		err := ask()
		if err == nil {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s: %v", what, err)
		}
		time.Sleep(100 * time.Millisecond)
	}
}

func diff(want, got []string) error {
	if d := cmp.Diff(want, got); d != "" {
		return fmt.Errorf("want (-), got (+):\n%s", d)
	}
	return nil
}
