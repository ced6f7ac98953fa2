package charts

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	admission "k8s.io/api/admissionregistration/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"

	"github.com/lotus-lake/lotus-gate/policy"
	"github.com/lotus-lake/lotus-gate/policy/rules"
	"github.com/lotus-lake/lotus-gate/serve/registration"
)

// TestWebhooks: what helm renders is what the process itself would register for the shipped rules with the same options, field by field. So
// neither the files that "make generate" writes nor the templates can drift from the rules.
func TestWebhooks(t *testing.T) {
	set, err := policy.Load(rules.FS, nil)
	if err != nil {
		t.Fatal(err)
	}
	service := &admission.ServiceReference{Namespace: "gate-system", Name: "lotus-gate"}
	base := registration.Options{Service: service, Namespace: "gate-system", User: "system:serviceaccount:gate-system:lotus-gate"}
	for name, c := range map[string]struct {
		values []string
		change func(*registration.Options)
	}{
		"default":           {nil, func(*registration.Options) {}},
		"nothing fails":     {[]string{`webhooks.failurePolicy.stateProtection="Ignore"`}, func(o *registration.Options) { o.Protection = admission.Ignore }},
		"everything fails":  {[]string{`webhooks.failurePolicy.other="Fail"`}, func(o *registration.Options) { o.Other = admission.Fail }},
		"a second":          {[]string{`webhooks.timeoutSeconds=1`}, func(o *registration.Options) { o.TimeoutSeconds = 1 }},
		"exclusions":        {[]string{`excludeNamespaces=["monitoring","kube-system"]`}, func(o *registration.Options) { o.Exclude = []string{"kube-system", "monitoring"} }},
		"no exclusions":     {[]string{`excludeNamespaces=[]`}, func(o *registration.Options) { o.Exclude = []string{} }},
		"two namespaces":    {[]string{`namespaces=["b","a"]`}, func(o *registration.Options) { o.Namespaces = []string{"a", "b"} }},
		"with cert-manager": {[]string{`certificates.source="cert-manager"`}, func(*registration.Options) {}},
	} {
		t.Run(name, func(t *testing.T) {
			o := base
			c.change(&o)
			validating, mutating, err := registration.Generate(set.Rules(), o)
			if err != nil {
				t.Fatal(err)
			}
			args := []string{"--namespace", "gate-system", "--set", image}
			for _, value := range c.values {
				args = append(args, "--set-json", value)
			}
			objects := decode(t, render(t, args...))
			if diff := cmp.Diff(validating.Webhooks, only[*admission.ValidatingWebhookConfiguration](t, objects).Webhooks, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("validating: registered by the process (-), by helm (+); after a change of a rule run make generate:\n%s", diff)
			}
			if diff := cmp.Diff(mutating.Webhooks, only[*admission.MutatingWebhookConfiguration](t, objects).Webhooks, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("mutating: registered by the process (-), by helm (+):\n%s", diff)
			}
		})
	}
}

// TestDefaultPolicies: by default state protection fails closed, and nothing else does. No webhook of ours is asked about our own namespace.
func TestDefaultPolicies(t *testing.T) {
	objects := decode(t, render(t, "--set", image))
	validating := only[*admission.ValidatingWebhookConfiguration](t, objects)
	closed := 0
	for _, w := range validating.Webhooks {
		if *w.FailurePolicy == admission.Fail {
			closed++
			onlyState(t, w)
		}
		outsideOwn(t, w.Name, w.NamespaceSelector)
	}
	if closed == 0 {
		t.Error("no webhook fails closed: state is not protected")
	}
	for _, w := range only[*admission.MutatingWebhookConfiguration](t, objects).Webhooks {
		if *w.FailurePolicy != admission.Ignore {
			t.Errorf("%s fails closed", w.Name)
		}
		outsideOwn(t, w.Name, w.NamespaceSelector)
	}
}

// onlyState: what fails closed holds up a cluster when nobody answers, so it may concern nothing but state.
func onlyState(t *testing.T, w admission.ValidatingWebhook) {
	t.Helper()
	if len(w.MatchConditions) == 0 {
		t.Errorf("%s fails closed for every request", w.Name)
	}
	for _, rule := range w.Rules {
		if !slices.Equal(rule.APIGroups, []string{""}) || !slices.Equal(rule.Resources, []string{"secrets"}) {
			t.Errorf("%s fails closed for %v %v", w.Name, rule.APIGroups, rule.Resources)
		}
	}
}

func outsideOwn(t *testing.T, name string, namespaces *meta.LabelSelector) {
	t.Helper()
	selector, err := meta.LabelSelectorAsSelector(namespaces)
	if err != nil {
		t.Fatal(err)
	}
	own := labels.Set{"kubernetes.io/metadata.name": "lotus-gate"}
	if selector.Matches(own) {
		t.Errorf("%s is asked about its own namespace: who would mend it?", name)
	}
}
