package registration_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	admission "k8s.io/api/admissionregistration/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/lotus-lake/lotus-gate/policy"
	"github.com/lotus-lake/lotus-gate/serve/registration"
)

func rule(shipped bool, a policy.Admission) policy.Rule {
	return policy.Rule{ID: "a/b", Shipped: shipped, Admission: &a}
}

// some rules: two share an entry, one has a condition, one a selector, one is an
// author's, one does not act in a cluster.
func some() []policy.Rule {
	return []policy.Rule{
		rule(true, policy.Admission{Resources: []string{"core/v1/secrets", "apps/*/deployments"}, Operations: []string{"UPDATE"}, Failure: policy.Ignore}),
		rule(true, policy.Admission{Resources: []string{"core/v1/secrets", "core/v1/configmaps"}, Operations: []string{"DELETE", "UPDATE"}, Failure: policy.Ignore}),
		rule(true, policy.Admission{Resources: []string{"core/v1/secrets"}, Operations: []string{"DELETE"}, Condition: "request.name == 'a'", Failure: policy.Fail}),
		rule(false, policy.Admission{Resources: []string{"core/v1/pods"}, Operations: []string{"CREATE"}, Selector: "a=b, c in (d, e)", Failure: policy.Fail}),
		{ID: "a/c", Shipped: true},
	}
}

func notIn(names ...string) *meta.LabelSelector {
	return &meta.LabelSelector{MatchExpressions: []meta.LabelSelectorRequirement{
		{Key: "kubernetes.io/metadata.name", Operator: meta.LabelSelectorOpNotIn, Values: names},
	}}
}

func on(group, version string, operations []admission.OperationType, resources ...string) admission.RuleWithOperations {
	return admission.RuleWithOperations{Operations: operations, Rule: admission.Rule{
		APIGroups: []string{group}, APIVersions: []string{version}, Resources: resources, Scope: new(admission.AllScopes),
	}}
}

func TestValidating(t *testing.T) {
	got, err := registration.Validating(some(), registration.Options{
		Service: &admission.ServiceReference{Namespace: "gate", Name: "lotus-gate"}, Namespace: "gate", CABundle: []byte("ca"),
	})
	if err != nil {
		t.Fatal(err)
	}
	entry := func(name string, failure admission.FailurePolicyType, change func(*admission.ValidatingWebhook)) admission.ValidatingWebhook {
		w := admission.ValidatingWebhook{
			Name: name + ".lotus-gate.dev", FailurePolicy: &failure, MatchPolicy: new(admission.Equivalent), ObjectSelector: &meta.LabelSelector{},
			NamespaceSelector: notIn("gate", "kube-node-lease", "kube-public", "kube-system"),
			SideEffects:       new(admission.SideEffectClassNone), TimeoutSeconds: new(int32(3)), AdmissionReviewVersions: []string{"v1"},
			ClientConfig: admission.WebhookClientConfig{CABundle: []byte("ca"), Service: &admission.ServiceReference{
				Namespace: "gate", Name: "lotus-gate", Path: new("/validate/" + name), Port: new(int32(443)),
			}},
		}
		change(&w)
		return w
	}
	remove, update := admission.Delete, admission.Update
	want := []admission.ValidatingWebhook{
		entry("author-fail-84186584", admission.Fail, func(w *admission.ValidatingWebhook) {
			w.Rules = []admission.RuleWithOperations{on("", "v1", []admission.OperationType{admission.Create}, "pods")}
			w.ObjectSelector = &meta.LabelSelector{MatchLabels: map[string]string{"a": "b"}, MatchExpressions: []meta.LabelSelectorRequirement{
				{Key: "c", Operator: meta.LabelSelectorOpIn, Values: []string{"d", "e"}},
			}}
		}),
		entry("fail-b7a1c8a3", admission.Fail, func(w *admission.ValidatingWebhook) {
			w.Rules = []admission.RuleWithOperations{on("", "v1", []admission.OperationType{remove}, "secrets")}
			w.MatchConditions = []admission.MatchCondition{{Name: "concerned", Expression: "request.name == 'a'"}}
			w.NamespaceSelector = notIn("gate") // state is protected everywhere
		}),
		entry("ignore", admission.Ignore, func(w *admission.ValidatingWebhook) {
			w.Rules = []admission.RuleWithOperations{
				on("", "v1", []admission.OperationType{remove, update}, "configmaps", "secrets"),
				on("apps", "*", []admission.OperationType{update}, "deployments"),
			}
		}),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("entries (-want +got):\n%s", diff)
	}
}

func TestOptions(t *testing.T) {
	v, m, err := registration.Generate(some()[:1], registration.Options{
		Name: "other", URL: "https://127.0.0.1:9443/", Exclude: []string{"b", "a"}, Namespaces: []string{"lake", "cube"}, OptIn: "gate=on",
		TimeoutSeconds: 2, Other: admission.Fail,
	})
	if err != nil {
		t.Fatal(err)
	}
	type choice struct {
		Name, URL  string
		Namespaces *meta.LabelSelector
		Timeout    int32
		Failure    admission.FailurePolicyType
	}
	namespaces := notIn("a", "b")
	namespaces.MatchLabels = map[string]string{"gate": "on"}
	namespaces.MatchExpressions = append(namespaces.MatchExpressions, meta.LabelSelectorRequirement{
		Key: "kubernetes.io/metadata.name", Operator: meta.LabelSelectorOpIn, Values: []string{"cube", "lake"},
	})
	want := []choice{
		{"other", "https://127.0.0.1:9443/validate/ignore", namespaces, 2, admission.Fail},
		{"other", "https://127.0.0.1:9443/mutate", namespaces, 2, admission.Fail},
	}
	a, b := v.Webhooks[0], m.Webhooks[0]
	got := []choice{
		{v.Name, *a.ClientConfig.URL, a.NamespaceSelector, *a.TimeoutSeconds, *a.FailurePolicy},
		{m.Name, *b.ClientConfig.URL, b.NamespaceSelector, *b.TimeoutSeconds, *b.FailurePolicy},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("options (-want +got):\n%s", diff)
	}
}

func TestErrors(t *testing.T) {
	for name, tc := range map[string]struct {
		rules   []policy.Rule
		options registration.Options
	}{
		"namespaces' selector": {nil, registration.Options{OptIn: "a = b = c"}},
		"rule's selector":      {[]policy.Rule{rule(true, policy.Admission{Selector: "a = b = c"})}, registration.Options{}},
	} {
		if v, m, err := registration.Generate(tc.rules, tc.options); err == nil {
			t.Errorf("%s: %v, %v, want an error", name, v, m)
		}
	}
}
