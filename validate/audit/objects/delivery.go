// Package objects turns cluster objects into the facts of an audit. It reads
// nothing itself: the objects come from an API server or from a cache.
package objects

import (
	"bytes"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/lotus-lake/lotus-gate/tofu"
	"github.com/lotus-lake/lotus-gate/validate/audit"
)

// Delivery says where a Terraform object stands. source is nil when it does not
// exist; inputs are the Secrets with its variables.
func Delivery(t *tofu.Terraform, source *tofu.Source, inputs []audit.Secret) audit.Delivery {
	d := audit.Delivery{
		Name: audit.Name{Namespace: t.Namespace, Name: t.Name}, Path: t.Spec.Path, Backend: t.Backend(), Suspended: t.Spec.Suspend, PlanOnly: t.Spec.PlanOnly,
		Approve: t.Spec.ApprovePlan, Attempted: t.Status.LastAttemptedRevision, Planned: t.Status.LastPlannedRevision, Applied: t.Status.LastAppliedRevision,
		PendingPlan: t.Status.Plan.Pending, Failures: t.Status.ReconciliationFailures, IntervalSeconds: int64(t.Spec.Interval.Seconds()), Inputs: inputs,
		Source: audit.Source{Kind: t.Spec.SourceRef.Kind, Name: audit.Name{Namespace: t.SourceNamespace(), Name: t.Spec.SourceRef.Name}},
	}
	if r := t.Spec.Remediation; r != nil && r.Retries >= 0 {
		d.Retries = &r.Retries
	}
	if at := t.Status.LastSuccessfulReconcileAt; at != nil {
		d.LastSuccess = at.Time
	}
	d.Ready, d.Reason, d.Since = condition(t.Status.Conditions, "Ready")
	stalled, _, _ := condition(t.Status.Conditions, "Stalled")
	d.Stalled = stalled == string(metav1.ConditionTrue)
	if d.Step, d.StepSince = audit.StepSource, d.Since; source == nil {
		return d
	}
	d.Source.Found, d.Source.Suspended = true, source.Spec.Suspend
	d.Source.Ready, d.Source.Reason, _ = condition(source.Status.Conditions, "Ready")
	if artifact := source.Status.Artifact; artifact != nil {
		d.Source.Revision = artifact.Revision
		if artifact.LastUpdateTime != nil {
			d.Source.Since = artifact.LastUpdateTime.Time
		}
		d.Step, d.StepSince = step(t, &d)
	}
	return d
}

// step is where what the source serves stands, and since when.
func step(t *tofu.Terraform, d *audit.Delivery) (string, time.Time) {
	switch at := t.Standing(d.Source.Revision).Step; {
	case at == tofu.StepDone && !d.LastSuccess.IsZero():
		return string(at), d.LastSuccess
	case at == tofu.StepDone:
		return string(at), d.Since
	case t.Spec.Suspend:
		return audit.StepSuspended, d.Source.Since
	case at == tofu.StepAttempt:
		return string(at), d.Source.Since
	default:
		return string(at), d.Since
	}
}

func condition(all []metav1.Condition, kind string) (status, reason string, since time.Time) {
	for _, c := range all {
		if c.Type == kind {
			return string(c.Status), c.Reason, c.LastTransitionTime.Time
		}
	}
	return "", "", time.Time{}
}

// Changed is when the values of a Secret or ConfigMap last changed, at the latest:
// the newest write of a manager that owns some of them.
func Changed(meta *metav1.ObjectMeta) time.Time {
	changed := meta.CreationTimestamp.Time
	for _, entry := range meta.ManagedFields {
		if entry.Time == nil || entry.FieldsV1 == nil || !entry.Time.After(changed) {
			continue
		}
		for _, field := range []string{`"f:data"`, `"f:stringData"`, `"f:binaryData"`} {
			if bytes.Contains(entry.FieldsV1.GetRawBytes(), []byte(field)) {
				changed = entry.Time.Time
				break
			}
		}
	}
	return changed
}
