package registration

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"

	admission "k8s.io/api/admissionregistration/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/lotus-lake/lotus-gate/mutate/secrethash"
)

const refreshMode = "lotus-gate.dev/refresh-mode" // annotation of Terraform objects, by their user

// Mutating makes the entries for workloads and for Terraform objects. Their match
// conditions let updates stay away that change nothing which mutation looks at:
// status, scale, replicas, finalizers, labels.
func Mutating(o Options) ([]admission.MutatingWebhook, error) {
	namespaces, err := o.namespaces(false)
	if err != nil {
		return nil, err
	}
	entry := func(name string, conditions []admission.MatchCondition, rules ...admission.RuleWithOperations) admission.MutatingWebhook {
		return admission.MutatingWebhook{
			Name:                    name + Domain,
			ClientConfig:            o.client(MutatePath),
			Rules:                   rules,
			FailurePolicy:           new(cmp.Or(o.Other, admission.Ignore)),
			MatchPolicy:             new(admission.Equivalent),
			NamespaceSelector:       namespaces,
			ObjectSelector:          &meta.LabelSelector{},
			SideEffects:             new(admission.SideEffectClassNone),
			TimeoutSeconds:          new(cmp.Or(o.TimeoutSeconds, 3)),
			AdmissionReviewVersions: []string{"v1"},
			ReinvocationPolicy:      new(admission.IfNeededReinvocationPolicy),
			MatchConditions:         conditions,
		}
	}
	const create, update = "CREATE", "UPDATE"
	return []admission.MutatingWebhook{
		entry("terraforms", o.conditions(refreshMode, terraformChanged),
			concern("infra.contrib.fluxcd.io", "*", []string{"terraforms"}, create, update)),
		entry("workloads", o.conditions(secrethash.AnnotationRollout, workloadChanged()),
			concern("apps", "v1", []string{"daemonsets", "deployments", "statefulsets"}, create, update),
			concern("batch", "v1", []string{"cronjobs"}, create, update)),
	}, nil
}

// conditions are what a request has to meet to come, the cheapest first.
func (o Options) conditions(mode, changed string) []admission.MatchCondition {
	var all []admission.MatchCondition
	if o.User != "" {
		all = append(all, admission.MatchCondition{Name: "not-our-own", Expression: "request.userInfo.username != " + strconv.Quote(o.User)})
	}
	return append(all,
		admission.MatchCondition{Name: "not-being-deleted", Expression: "!has(object.metadata.deletionTimestamp)"},
		admission.MatchCondition{Name: "not-disabled", Expression: fmt.Sprintf("object.metadata.?annotations[?%q].orValue('') != 'disabled'", mode)},
		admission.MatchCondition{Name: "changed", Expression: changed},
	)
}

// terraformChanged: spec, which says what is wanted, or any annotation, for a
// user's own request to reconcile is one.
const terraformChanged = "request.operation == 'CREATE' || object.spec != oldObject.spec ||" +
	" object.metadata.?annotations != oldObject.metadata.?annotations"

// workloadChanged: the pod template, or an annotation of ours that a client
// dropped or a user set.
func workloadChanged() string {
	var keys []string
	for _, key := range []string{
		secrethash.AnnotationBaseline, secrethash.AnnotationCause, secrethash.AnnotationAt, secrethash.AnnotationRollout,
	} {
		keys = append(keys, strconv.Quote(key))
	}
	return "request.operation == 'CREATE' || (request.kind.kind == 'CronJob'" +
		" ? object.spec.jobTemplate != oldObject.spec.jobTemplate : object.spec.template != oldObject.spec.template) ||" +
		" [" + strings.Join(keys, ", ") + "].exists(k, object.metadata.?annotations[?k] != oldObject.metadata.?annotations[?k])"
}
