package validate

import (
	"context"
	"path"
	"testing"
	"time"

	admissionv1 "k8s.io/api/admission/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"

	"github.com/lotus-lake/lotus-gate/policy"
)

var (
	terraforms = metav1.GroupVersionResource{Group: "infra.contrib.fluxcd.io", Version: "v1alpha2", Resource: "terraforms"}
	secrets    = metav1.GroupVersionResource{Version: "v1", Resource: "secrets"}
	configMaps = metav1.GroupVersionResource{Version: "v1", Resource: "configmaps"}
)

// terraform is a sound Terraform object but for what spec says.
func terraform(spec map[string]any) map[string]any {
	all := map[string]any{
		"interval": "5m", "sourceRef": map[string]any{"kind": "GitRepository", "name": "lake"}, "destroyResourcesOnDeletion": true,
	}
	for key, value := range spec {
		all[key] = value
	}
	return map[string]any{
		"apiVersion": "infra.contrib.fluxcd.io/v1alpha2", "kind": "Terraform",
		"metadata": map[string]any{"name": "lake", "namespace": "lotus-lake"}, "spec": all,
	}
}

// stateSecret is a state Secret whose data no one may see.
func stateSecret() map[string]any {
	return map[string]any{
		"apiVersion": "v1", "kind": "Secret",
		"metadata": map[string]any{
			"name": "tfstate-default-lake", "namespace": "lotus-lake",
			"annotations": map[string]any{"kubectl.kubernetes.io/last-applied-configuration": `{"data":{"tfstate":"cGxhbnRlZA=="}}`},
		},
		"data": map[string]any{"tfstate": "cGxhbnRlZA=="},
	}
}

func update(t testing.TB, resource metav1.GroupVersionResource, old, object map[string]any) admission.Request {
	t.Helper()
	r := create(t, resource, object)
	r.Operation, r.OldObject = admissionv1.Update, raw(t, old)
	return r
}

func remove(t testing.TB, resource metav1.GroupVersionResource, old map[string]any) admission.Request {
	t.Helper()
	r := create(t, resource, old)
	r.Operation, r.OldObject, r.Object = admissionv1.Delete, r.Object, raw(t, nil)
	return r
}

// facts is a Live that says the same of everything.
type facts map[string]any

func (f facts) Live(context.Context, *admissionv1.AdmissionRequest) (map[string]any, error) {
	return f, nil
}

// silent is a Live that cannot ask.
type silent struct{ err error }

func (s silent) Live(context.Context, *admissionv1.AdmissionRequest) (map[string]any, error) {
	return nil, s.err
}

// shippedHandler judges with the shipped rules.
func shippedHandler(t testing.TB, live Live, tuning policy.Config) *Handler {
	t.Helper()
	set, engine := shipped(t)
	if tuning.Rules != nil {
		var err error
		if engine, err = policy.NewEngine(set, tuning); err != nil {
			t.Fatal(err)
		}
	}
	return New(Config{
		Policies: func() Policies { return Policies{Set: set, Engine: engine, Revision: "r1"} }, Live: live,
		Now: func() time.Time { return time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC) },
	})
}

// acting sets the actions of rules.
func acting(rules map[string]policy.RuleConfig) policy.Config {
	return policy.Config{Rules: rules, Match: func(name, namespace string) bool {
		ok, _ := path.Match(name, namespace)
		return ok
	}}
}

// always is one action for ever.
func always(action policy.Action) policy.Stages { return policy.Stages{{Action: action}} }
