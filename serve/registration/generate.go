package registration

import (
	"cmp"

	admission "k8s.io/api/admissionregistration/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/lotus-lake/lotus-gate/policy"
)

// Generate makes both configurations of the rules. It is a pure function, and
// sets every field that the API server would default, so that its result can be
// compared with what a cluster holds.
func Generate(rules []policy.Rule, o Options) (*admission.ValidatingWebhookConfiguration, *admission.MutatingWebhookConfiguration, error) {
	v, err := Validating(rules, o)
	if err != nil {
		return nil, nil, err
	}
	m, err := Mutating(o)
	if err != nil {
		return nil, nil, err
	}
	object := meta.ObjectMeta{Name: cmp.Or(o.Name, Name)}
	return &admission.ValidatingWebhookConfiguration{ObjectMeta: object, Webhooks: v},
		&admission.MutatingWebhookConfiguration{ObjectMeta: object, Webhooks: m}, nil
}
