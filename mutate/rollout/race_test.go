package rollout_test

import (
	"context"
	"fmt"
	"net"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	admissionregistration "k8s.io/api/admissionregistration/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/envtest"
	"sigs.k8s.io/controller-runtime/pkg/webhook"

	"github.com/lotus-lake/lotus-gate/mutate"
	"github.com/lotus-lake/lotus-gate/mutate/digest"
	"github.com/lotus-lake/lotus-gate/mutate/rollout"
	"github.com/lotus-lake/lotus-gate/mutate/values"
)

// Two controllers at once, as when a leader has lost its lease and does not know: each change is one rollout all the same.
func TestTwoControllers(t *testing.T) {
	w := newWorld(t)
	const n, rounds = 15, 6
	w.create(secret("a", "password", "0"))
	for i := range n {
		w.create(deployment(fmt.Sprint("app", i), template("a")))
	}
	one, two := w.start(nil), w.start(nil)
	w.fresh()
	for round := range rounds {
		w.set("a", "password", fmt.Sprint(round+1))
		w.fresh()
	}
	time.Sleep(still)
	for i := range n {
		if got := w.rollouts(fmt.Sprint("app", i)); got != rounds {
			t.Errorf("app%d: %d rollouts for %d changes", i, got, rounds)
		}
	}
	count := func(r *running) float64 { return r.metric(t, "lotus_gate_rollouts_total", "rolled") }
	if got := count(one) + count(two); got != n*rounds {
		t.Errorf("%v rollouts by both, want %d", got, n*rounds)
	}
	t.Logf("by one %v, by the other %v", count(one), count(two))
}

// The API server restarts while changes come: nothing is lost, nothing rolls twice.
func TestAPIServerRestarts(t *testing.T) {
	w := newWorld(t)
	const n = 10
	for i := range n {
		w.create(secret(fmt.Sprint("s", i), "password", "0"), deployment(fmt.Sprint("app", i), template(fmt.Sprint("s", i))))
	}
	w.start(nil)
	w.fresh()
	for i := range n {
		w.set(fmt.Sprint("s", i), "password", "1")
		if i == n/2 {
			if err := run(t).RestartAPIServer(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
	}
	w.fresh()
	time.Sleep(still)
	for i := range n {
		if got := w.rollouts(fmt.Sprint("app", i)); got != 1 {
			t.Errorf("app%d: %d rollouts for one change", i, got)
		}
	}
}

// admit mutations of the namespace by the real handler; what this user writes does not come to it, as in the generated configuration.
func (w *world) admit(controller string) {
	w.Helper()
	certificates := envtest.WebhookInstallOptions{}
	if err := certificates.PrepWithoutInstalling(); err != nil {
		w.Fatal(err)
	}
	w.Cleanup(func() { _ = certificates.Cleanup() })
	server := webhook.NewServer(webhook.Options{Host: certificates.LocalServingHost, Port: certificates.LocalServingPort, CertDir: certificates.LocalServingCertDir})
	handler := mutate.New(mutate.Config{
		NamespaceLabels: func(context.Context, string) (map[string]string, error) { return nil, nil },
		Values:          values.New(values.Config{Client: w.Client, Ring: func() digest.Keyring { return ring("k1") }}),
		Ring:            func(context.Context, string) digest.Keyring { return ring("k1") },
	})
	server.Register("/mutate", &webhook.Admission{Handler: handler})
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- server.Start(ctx) }()
	url := "https://" + filepath.Join(net.JoinHostPort(certificates.LocalServingHost, strconv.Itoa(certificates.LocalServingPort)), "mutate")
	none, again := admissionregistration.SideEffectClassNone, admissionregistration.IfNeededReinvocationPolicy
	ignore := admissionregistration.Ignore
	hook := &admissionregistration.MutatingWebhookConfiguration{
		ObjectMeta: metav1.ObjectMeta{Name: "mutate-" + w.namespace},
		Webhooks: []admissionregistration.MutatingWebhook{{
			Name: "mutate.lotus-gate.dev", ClientConfig: admissionregistration.WebhookClientConfig{URL: &url, CABundle: certificates.LocalServingCAData},
			Rules: []admissionregistration.RuleWithOperations{{
				Operations: []admissionregistration.OperationType{admissionregistration.Create, admissionregistration.Update},
				Rule:       admissionregistration.Rule{APIGroups: []string{"apps"}, APIVersions: []string{"v1"}, Resources: []string{"deployments"}},
			}},
			FailurePolicy: &ignore, SideEffects: &none, AdmissionReviewVersions: []string{"v1"}, ReinvocationPolicy: &again,
			NamespaceSelector: &metav1.LabelSelector{MatchLabels: map[string]string{corev1.LabelMetadataName: w.namespace}},
			MatchConditions:   []admissionregistration.MatchCondition{{Name: "not-our-own", Expression: fmt.Sprintf("request.userInfo.username != %q", controller)}},
		}},
	}
	if err := w.Create(w.Context(), hook); err != nil {
		w.Fatal(err)
	}
	w.Cleanup(func() {
		_ = w.Delete(context.Background(), hook)
		cancel()
		if err := <-ended; err != nil {
			w.Error(err)
		}
	})
	w.create(secret("probe", "password", "1"))
	w.eventually("the webhook acts", func() (bool, string) {
		probe := deployment("probe", template("probe"))
		probe.Namespace = w.namespace
		err := w.Create(w.Context(), probe, client.DryRunAll)
		return err == nil && len(probe.Annotations) > 0, fmt.Sprint(err)
	})
}

func (w *world) touchTemplate(name string, round int) {
	w.Helper()
	d := deployment(name, template())
	d.Namespace = w.namespace
	patch := fmt.Sprintf(`{"spec":{"template":{"metadata":{"annotations":{"release":"%d"}}}}}`, round)
	if err := w.Patch(w.Context(), d, client.RawPatch("application/merge-patch+json", []byte(patch))); err != nil {
		w.Fatal(err)
	}
}

// controlled starts a controller under a user of its own and the webhook beside it.
func (w *world) controlled(change func(*rollout.Config)) *running {
	w.Helper()
	user := "controller-" + w.namespace
	w.grant(user, controllerRules)
	as, err := run(w).ConfigFor(user)
	if err != nil {
		w.Fatal(err)
	}
	w.admit(user)
	return w.startAs(as, change)
}

// A Secret and the workload that uses it are applied together: created, no rollout follows; changed, one.
func TestAppliedTogether(t *testing.T) {
	w := newWorld(t)
	w.controlled(func(c *rollout.Config) { c.Limits = rollout.Limits{QuietWindow: time.Second, MaxQuiet: time.Minute} })
	const n, rounds = 5, 5
	w.create(secret("a", "password", "0"))
	for i := range n {
		w.create(deployment(fmt.Sprint("app", i), template("a")))
	}
	w.fresh()
	for round := range rounds {
		w.set("a", "password", fmt.Sprint(round+1))
		for i := range n {
			w.touchTemplate(fmt.Sprint("app", i), round)
		}
		w.fresh()
	}
	time.Sleep(still)
	for i := range n {
		if got := w.rollouts(fmt.Sprint("app", i)); got != rounds {
			t.Errorf("app%d: %d rollouts for %d releases", i, got, rounds)
		}
	}
}

// Secret, workload and controller change at the same time, without any quiet window: nothing is stale at the end, and no rollout is without a change.
func TestEverythingAtOnce(t *testing.T) {
	w := newWorld(t)
	r := w.controlled(nil)
	const n, rounds = 5, 8
	w.create(secret("a", "password", "0"))
	for i := range n {
		w.create(deployment(fmt.Sprint("app", i), template("a")))
	}
	w.fresh()
	for round := range rounds {
		var all sync.WaitGroup
		all.Go(func() { w.set("a", "password", fmt.Sprint(round+1)) })
		for i := range n {
			all.Go(func() { w.touchTemplate(fmt.Sprint("app", i), round) })
		}
		all.Wait()
		if round == rounds/2 {
			r.stop()
			as, err := run(t).ConfigFor("controller-" + w.namespace)
			if err != nil {
				t.Fatal(err)
			}
			r = w.startAs(as, nil)
		}
		w.fresh()
	}
	time.Sleep(still)
	for i := range n {
		name := fmt.Sprint("app", i)
		got := w.rollouts(name)
		if got < rounds || got > 2*rounds {
			t.Errorf("%s: %d rollouts for %d releases and as many changes", name, got, rounds)
		}
		t.Logf("%s: %d rollouts", name, got)
	}
	w.fresh()
}
