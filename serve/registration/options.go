// Package registration makes the webhook configurations of the rules' METADATA
// and keeps those of a cluster up to date.
package registration

import (
	"fmt"
	"strings"

	admission "k8s.io/api/admissionregistration/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
)

// Name is that of both configurations unless Options say otherwise.
const Name = "lotus-gate"

// Domain ends the names of all entries.
const Domain = ".lotus-gate.dev"

// Paths at which the webhook listens. Those of validating entries are followed by
// "/" and the rules' Webhook, so that one request is judged by the rules of one
// entry only.
const (
	ValidatePath = "/validate"
	MutatePath   = "/mutate"
)

// System are the namespaces whose requests stay away unless Options say otherwise.
var System = []string{"kube-system", "kube-public", "kube-node-lease"}

const nameLabel = "kubernetes.io/metadata.name" // of namespaces; set by the API server

// Options are what an installation decides of the configurations.
type Options struct {
	Name     string                      // "" is Name
	Service  *admission.ServiceReference // where the webhook is, in the cluster; Path is set for each entry
	URL      string                      // or outside: "https://host:port"
	CABundle []byte                      // PEM
	// InjectFrom is the Certificate, namespace/name, whose authority cert-manager's injector
	// writes into the configurations; "" for none. Used with URL: the chart writes its own.
	InjectFrom string

	Namespace  string   // the webhook's own: its requests stay away, or nothing could mend it; "" for none
	User       string   // the webhook's own: its requests are not mutated; "" for none
	Exclude    []string // namespaces whose requests stay away; nil is System. Shipped rules that fail closed see them nevertheless
	Namespaces []string // no others' requests come; nil for all
	OptIn      string   // label selector of namespaces: no others' requests come; "" for all

	TimeoutSeconds int32                       // 0 is 3
	Protection     admission.FailurePolicyType // of rules that fail closed; "" is Fail
	Other          admission.FailurePolicyType // of everything else; "" is Ignore
}

// client is where one entry's requests go.
func (o Options) client(path string) admission.WebhookClientConfig {
	if o.Service == nil {
		url := strings.TrimSuffix(o.URL, "/") + path
		return admission.WebhookClientConfig{URL: &url, CABundle: o.CABundle}
	}
	service, port := *o.Service, int32(443)
	service.Path = &path
	if service.Port == nil {
		service.Port = &port
	}
	return admission.WebhookClientConfig{Service: &service, CABundle: o.CABundle}
}

// namespaces selects those whose requests come. State stays protected in excluded
// namespaces too: such rules concern few requests by name or label, so that a
// webhook that is down cannot hold up the cluster.
func (o Options) namespaces(protection bool) (*meta.LabelSelector, error) {
	selector := &meta.LabelSelector{}
	if o.OptIn != "" {
		parsed, err := meta.ParseToLabelSelector(o.OptIn)
		if err != nil {
			return nil, fmt.Errorf("label selector of namespaces: %w", err)
		}
		selector = parsed
	}
	var excluded []string
	if !protection {
		if excluded = o.Exclude; excluded == nil {
			excluded = System
		}
	}
	if o.Namespace != "" {
		excluded = append([]string{o.Namespace}, excluded...)
	}
	need := func(operator meta.LabelSelectorOperator, names []string) {
		if names = distinct(names); len(names) > 0 {
			selector.MatchExpressions = append(selector.MatchExpressions, meta.LabelSelectorRequirement{Key: nameLabel, Operator: operator, Values: names})
		}
	}
	need(meta.LabelSelectorOpNotIn, excluded)
	need(meta.LabelSelectorOpIn, o.Namespaces)
	return selector, nil
}

// objects is the selector of a rule's METADATA.
func objects(text string) (*meta.LabelSelector, error) {
	if text == "" {
		return &meta.LabelSelector{}, nil
	}
	if _, err := labels.Parse(text); err != nil {
		return nil, err
	}
	return meta.ParseToLabelSelector(text)
}
