package registration

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	admission "k8s.io/api/admissionregistration/v1"

	"github.com/lotus-lake/lotus-gate/policy"
)

// Validating makes the entries that send requests to rules: one for each
// combination of failure, condition and selector, sorted by name.
func Validating(rules []policy.Rule, o Options) ([]admission.ValidatingWebhook, error) {
	grouped := map[string][]policy.Rule{}
	for _, rule := range rules {
		if name := rule.Webhook(); name != "" {
			grouped[name] = append(grouped[name], rule)
		}
	}
	webhooks := make([]admission.ValidatingWebhook, 0, len(grouped))
	for _, name := range slices.Sorted(maps.Keys(grouped)) {
		webhook, err := validating(name, grouped[name], o)
		if err != nil {
			return nil, err
		}
		webhooks = append(webhooks, webhook)
	}
	return webhooks, nil
}

func validating(name string, rules []policy.Rule, o Options) (admission.ValidatingWebhook, error) {
	first := rules[0].Admission
	objectSelector, err := objects(first.Selector)
	if err != nil {
		return admission.ValidatingWebhook{}, fmt.Errorf("rule %s: custom.admission.selector: %w", rules[0].ID, err)
	}
	failure := cmp.Or(o.Other, admission.Ignore)
	if first.Failure == policy.Fail {
		failure = cmp.Or(o.Protection, admission.Fail)
	}
	namespaces, err := o.namespaces(first.Failure == policy.Fail && rules[0].Shipped)
	if err != nil {
		return admission.ValidatingWebhook{}, err
	}
	return admission.ValidatingWebhook{
		Name:                    name + Domain,
		ClientConfig:            o.client(ValidatePath + "/" + name),
		Rules:                   requests(rules),
		FailurePolicy:           &failure,
		MatchPolicy:             new(admission.Equivalent),
		NamespaceSelector:       namespaces,
		ObjectSelector:          objectSelector,
		SideEffects:             new(admission.SideEffectClassNone),
		TimeoutSeconds:          new(cmp.Or(o.TimeoutSeconds, 3)),
		AdmissionReviewVersions: []string{"v1"},
		MatchConditions:         when(first.Condition),
	}, nil
}

func when(condition string) []admission.MatchCondition {
	if condition == "" {
		return nil
	}
	return []admission.MatchCondition{{Name: "concerned", Expression: condition}}
}

// requests lists which resources and operations any of the rules concerns: none
// but these arrive.
func requests(rules []policy.Rule) []admission.RuleWithOperations {
	type place struct{ group, version, operations string }
	operations := map[string][]string{} // by resource pattern
	for _, rule := range rules {
		for _, pattern := range rule.Admission.Resources {
			operations[pattern] = append(operations[pattern], rule.Admission.Operations...)
		}
	}
	resources := map[place][]string{}
	for pattern, ops := range operations {
		group, version, resource := policy.SplitResource(pattern)
		at := place{group, version, strings.Join(distinct(ops), " ")}
		resources[at] = append(resources[at], resource)
	}
	var all []admission.RuleWithOperations
	for at, names := range resources {
		all = append(all, concern(at.group, at.version, distinct(names), strings.Fields(at.operations)...))
	}
	slices.SortFunc(all, func(a, b admission.RuleWithOperations) int {
		return cmp.Or(cmp.Compare(a.APIGroups[0], b.APIGroups[0]), cmp.Compare(a.APIVersions[0], b.APIVersions[0]), slices.Compare(a.Resources, b.Resources))
	})
	return all
}

func concern(group, version string, resources []string, operations ...string) admission.RuleWithOperations {
	r := admission.RuleWithOperations{Rule: admission.Rule{
		APIGroups: []string{group}, APIVersions: []string{version}, Resources: resources, Scope: new(admission.AllScopes),
	}}
	for _, operation := range operations {
		r.Operations = append(r.Operations, admission.OperationType(operation))
	}
	return r
}

func distinct(list []string) []string {
	sorted := slices.Clone(list)
	slices.Sort(sorted)
	return slices.Compact(sorted)
}
