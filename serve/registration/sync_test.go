package registration_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	admission "k8s.io/api/admissionregistration/v1"
	"k8s.io/apimachinery/pkg/api/errors"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/lotus-lake/lotus-gate/policy"
	"github.com/lotus-lake/lotus-gate/serve/registration"
	"github.com/lotus-lake/lotus-gate/test/cluster"
)

func read(t *testing.T, c client.Client, name string) (*admission.ValidatingWebhookConfiguration, *admission.MutatingWebhookConfiguration) {
	t.Helper()
	v, m := &admission.ValidatingWebhookConfiguration{}, &admission.MutatingWebhookConfiguration{}
	for _, object := range []client.Object{v, m} {
		if err := c.Get(t.Context(), client.ObjectKey{Name: name}, object); err != nil {
			t.Fatal(err)
		}
	}
	return v, m
}

func names(v *admission.ValidatingWebhookConfiguration) []string {
	var all []string
	for _, w := range v.Webhooks {
		all = append(all, w.Name)
	}
	return all
}

// byAuthor is a rule that is not shipped.
func byAuthor(condition string) policy.Rule {
	return rule(false, policy.Admission{Resources: []string{"core/v1/pods"}, Operations: []string{"CREATE"}, Condition: condition, Failure: policy.Ignore})
}

// testSyncOutside: configurations by URL are made, kept as they should be, and
// removed.
func testSyncOutside(t *testing.T, c *cluster.Cluster) {
	admin := newClient(t, c, "admin", "system:masters")
	hook := newWebhook(t)
	shipped := shippedRules(t)
	serving := shipped
	var mu sync.Mutex
	sync := registration.NewSync(admin, registration.Options{Name: "outside", URL: hook.URL}, func() []policy.Rule {
		mu.Lock()
		defer mu.Unlock()
		return serving
	})
	if err := sync.Publish(t.Context(), hook.bundle()); err != nil {
		t.Fatal(err)
	}
	v, m := read(t, admin, "outside")
	wantV, wantM, err := registration.Generate(shipped, registration.Options{Name: "outside", URL: hook.URL, CABundle: hook.bundle()})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(wantV.Webhooks, v.Webhooks, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("validating entries (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(wantM.Webhooks, m.Webhooks, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("mutating entries (-want +got):\n%s", diff)
	}

	// cert-manager's injector is told of a Certificate, and no longer when there is none.
	injected := registration.NewSync(admin, registration.Options{Name: "outside", URL: hook.URL, InjectFrom: "gate/cert"}, func() []policy.Rule { return shipped })
	for _, step := range []struct {
		sync *registration.Sync
		want string
	}{{injected, "gate/cert"}, {sync, ""}} {
		if err := step.sync.Once(t.Context()); err != nil {
			t.Fatal(err)
		}
		v, m = read(t, admin, "outside")
		for _, c := range []client.Object{v, m} {
			if got := c.GetAnnotations()["cert-manager.io/inject-ca-from"]; got != step.want {
				t.Errorf("%T: injected from %q, want %q", c, got, step.want)
			}
		}
	}

	// Nothing is written while nothing has changed.
	if err := sync.Once(t.Context()); err != nil {
		t.Fatal(err)
	}
	againV, againM := read(t, admin, "outside")
	if againV.ResourceVersion != v.ResourceVersion || againM.ResourceVersion != m.ResourceVersion {
		t.Error("configurations that are as they should be were written")
	}

	// What somebody changes or deletes comes back, and new rules come.
	againV.Webhooks = againV.Webhooks[:1]
	if err := admin.Update(t.Context(), againV); err != nil {
		t.Fatal(err)
	}
	if err := admin.Delete(t.Context(), againM); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- sync.Start(ctx) }()
	until(t, func() bool {
		v := &admission.ValidatingWebhookConfiguration{}
		return admin.Get(t.Context(), client.ObjectKey{Name: "outside"}, v) == nil && cmp.Equal(wantV.Webhooks, v.Webhooks, cmpopts.EquateEmpty())
	})
	mu.Lock()
	serving = append([]policy.Rule{byAuthor("true")}, shipped...)
	mu.Unlock()
	sync.Wake()
	until(t, func() bool {
		v, _ := read(t, admin, "outside")
		return strings.HasPrefix(names(v)[0], "author-ignore-") && string(v.Webhooks[0].ClientConfig.CABundle) == string(hook.bundle())
	})
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
	for range 2 { // the second time there is nothing
		if err := sync.Remove(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if err := admin.Get(t.Context(), client.ObjectKey{Name: "outside"}, v); !errors.IsNotFound(err) {
		t.Errorf("after Remove: %v", err)
	}
}

func until(t *testing.T, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !holds(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("not seen in 20 s")
		}
	}
}

// testSyncInside: of the chart's configurations only the bundle changes; entries
// of an author's rules come and go.
func testSyncInside(t *testing.T, c *cluster.Cluster) {
	admin := newClient(t, c, "admin", "system:masters")
	shipped := shippedRules(t)
	serving := shipped
	sync := registration.NewSync(admin, registration.Options{Name: "inside"}, func() []policy.Rule { return serving })
	if err := sync.Publish(t.Context(), []byte("nothing there yet")); err != nil {
		t.Fatal(err)
	}
	chart, mutating, err := registration.Generate(shipped, registration.Options{
		Name: "inside", Service: &admission.ServiceReference{Namespace: "gate", Name: "lotus-gate"}, Namespaces: []string{"lake"}, TimeoutSeconds: 2,
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, object := range []client.Object{chart, mutating} {
		if err := admin.Create(t.Context(), object); err != nil {
			t.Fatal(err)
		}
	}
	bundle, other := newWebhook(t).bundle(), append(newWebhook(t).bundle(), newWebhook(t).bundle()...)
	want := func(bundle []byte, entries ...admission.ValidatingWebhook) {
		t.Helper()
		if err := sync.Once(t.Context()); err != nil {
			t.Fatal(err)
		}
		v, m := read(t, admin, "inside")
		wantV, wantM := chart.DeepCopy(), mutating.DeepCopy()
		wantV.Webhooks = append(wantV.Webhooks, entries...)
		for i := range wantV.Webhooks {
			wantV.Webhooks[i].ClientConfig.CABundle = bundle
		}
		for i := range wantM.Webhooks {
			wantM.Webhooks[i].ClientConfig.CABundle = bundle
		}
		if diff := cmp.Diff(wantV.Webhooks, v.Webhooks, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("validating entries (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff(wantM.Webhooks, m.Webhooks, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("mutating entries (-want +got):\n%s", diff)
		}
	}
	if err := sync.Publish(t.Context(), bundle); err != nil {
		t.Fatal(err)
	}
	want(bundle)

	serving = append(serving, byAuthor("object.metadata.name == 'x'"))
	name := serving[len(serving)-1].Webhook()
	entry, err := registration.Validating(serving[len(serving)-1:], registration.Options{
		Service: &admission.ServiceReference{Namespace: "gate", Name: "lotus-gate"}, Namespaces: []string{"lake"}, TimeoutSeconds: 2,
	})
	if err != nil {
		t.Fatal(err)
	}
	if path := *entry[0].ClientConfig.Service.Path; path != "/validate/"+name {
		t.Errorf("path is %s", path)
	}
	want(bundle, entry...)
	if err := sync.Publish(t.Context(), other); err != nil {
		t.Fatal(err)
	}
	want(other, entry...)
	if err := sync.Publish(t.Context(), nil); err != nil { // cert-manager's own injector writes it
		t.Fatal(err)
	}
	want(other, entry...)
	serving = shipped
	want(other)
	if err := sync.Remove(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// testCheck: a condition that is no CEL is found before it serves, and nothing is
// written.
func testCheck(t *testing.T, c *cluster.Cluster) {
	admin := newClient(t, c, "admin", "system:masters")
	bad := []policy.Rule{byAuthor("object.metadata.name ==")}
	good := []policy.Rule{byAuthor("object.metadata.name == 'x'")}
	outside := registration.NewSync(admin, registration.Options{Name: "check", URL: "https://127.0.0.1:1"}, func() []policy.Rule { return nil })
	refused := func(err error) bool {
		return err != nil && strings.Contains(err.Error(), "the API server refuses") && strings.Contains(err.Error(), "matchConditions[0].expression")
	}
	if err := outside.Check(t.Context(), bad); !refused(err) {
		t.Errorf("Check of what is no CEL: %v", err)
	}
	if err := outside.Check(t.Context(), good); err != nil {
		t.Error(err)
	}
	if err := admin.Get(t.Context(), client.ObjectKey{Name: "check"}, &admission.ValidatingWebhookConfiguration{}); !errors.IsNotFound(err) {
		t.Errorf("Check wrote: %v", err)
	}

	wrong := []policy.Rule{rule(false, policy.Admission{Resources: []string{"core/v1/pods"}, Operations: []string{"CREATE"}, Selector: "a..b/c"})}
	if err := outside.Check(t.Context(), wrong); err == nil {
		t.Error("Check of what is no selector: no error")
	}

	inside := registration.NewSync(admin, registration.Options{Name: "check"}, func() []policy.Rule { return nil })
	if err := inside.Check(t.Context(), bad); err != nil {
		t.Errorf("Check without a configuration: %v", err)
	}
	v, _, err := registration.Generate(shippedRules(t), registration.Options{Name: "check", Service: &admission.ServiceReference{Namespace: "gate", Name: "lotus-gate"}})
	if err != nil {
		t.Fatal(err)
	}
	if err := admin.Create(t.Context(), v); err != nil {
		t.Fatal(err)
	}
	if err := inside.Check(t.Context(), bad); !refused(err) {
		t.Errorf("Check of what is no CEL: %v", err)
	}
	if err := inside.Check(t.Context(), good); err != nil {
		t.Error(err)
	}
	nobody := registration.NewSync(newClient(t, c, "nobody"), registration.Options{Name: "check"}, func() []policy.Rule { return nil })
	if err := nobody.Check(t.Context(), bad); err != nil {
		t.Errorf("Check by one who may not ask: %v", err)
	}
	if err := admin.Delete(t.Context(), &admission.ValidatingWebhookConfiguration{ObjectMeta: meta.ObjectMeta{Name: "check"}}); err != nil {
		t.Fatal(err)
	}
}
