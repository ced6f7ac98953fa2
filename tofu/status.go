package tofu

import (
	"strings"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Conditions and reasons that tofu-controller sets.
const (
	ConditionReady       = "Ready"
	ConditionPlan        = "Plan"
	conditionReconciling = "Reconciling"
	conditionStalled     = "Stalled"

	ReasonProgressing = "Progressing"
	ReasonDependency  = "DependencyNotReady"
	ReasonAccess      = "AccessDenied"
	ReasonNoChanges   = "TerraformPlannedNoChanges"
	ReasonDrift       = "DriftDetected"
	ReasonNoDrift     = "NoDrift"
	ReasonArtifact    = "ArtifactFailed"
	ReasonLocked      = "LockHeld"
)

// Ready is the condition of that name, nil when there is none yet.
func (t *Terraform) Ready() *metav1.Condition {
	return meta.FindStatusCondition(t.Status.Conditions, ConditionReady)
}

// Running reports whether a run is under way, as far as the status says. A
// runner that could not start leaves the same marks; a plan that waits for
// approval leaves Reconciling behind, and nothing runs.
func (t *Terraform) Running() bool {
	conditions := t.Status.Conditions
	ready := t.Ready()
	progressing := ready != nil && ready.Status == metav1.ConditionUnknown && ready.Reason == ReasonProgressing
	switch {
	case t.Spec.Suspend, meta.IsStatusConditionTrue(conditions, conditionStalled):
		return false
	case t.Status.Plan.Pending != "" && (t.Manual() || t.Spec.PlanOnly) && !progressing:
		return false
	}
	return progressing || meta.IsStatusConditionTrue(conditions, conditionReconciling)
}

// Failing reports whether the last run, or the one under way, did not succeed.
func (t *Terraform) Failing() bool {
	return t.Status.ReconciliationFailures > 0 || meta.IsStatusConditionFalse(t.Status.Conditions, ConditionReady)
}

// Manual reports whether plans wait for a human's approval.
func (t *Terraform) Manual() bool {
	return t.Spec.ApprovePlan != ApproveAuto && t.Spec.ApprovePlan != ApproveDisable
}

// Exhausted reports whether remediation.retries is used up: every token is then
// consumed without a run, until the revision or the generation changes.
func (t *Terraform) Exhausted() bool {
	r := t.Spec.Remediation
	return r != nil && r.Retries >= 0 && t.Status.ReconciliationFailures >= r.Retries
}

// NeverRuns reports whether remediation.retries is zero: tofu-controller then takes
// the very first run for one too many, at every generation.
func (t *Terraform) NeverRuns() bool {
	return t.Spec.Remediation != nil && t.Spec.Remediation.Retries == 0
}

// AppliesPending reports whether the next run applies a plan made earlier, and so
// takes in nothing newer than that plan.
func (t *Terraform) AppliesPending() bool {
	pending, approved := t.Status.Plan.Pending, t.Spec.ApprovePlan
	if pending == "" || t.Spec.PlanOnly || approved == ApproveManual {
		return false
	}
	return approved == ApproveAuto || strings.HasPrefix(pending, approved)
}

// AppliedOldPlan reports whether this revision counts as applied although the plan
// was made of an earlier one: a plan that was pending when the source changed.
func (t *Terraform) AppliedOldPlan(revision string) bool {
	s := &t.Status
	return s.LastAttemptedRevision == revision && s.LastAppliedRevision == revision &&
		s.LastPlannedRevision != "" && s.LastPlannedRevision != revision
}

// NotTried reports whether the object was turned away before a runner was asked.
func (t *Terraform) NotTried() bool {
	ready := t.Ready()
	return ready != nil && (ready.Reason == ReasonDependency || ready.Reason == ReasonAccess)
}
