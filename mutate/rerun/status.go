package rerun

import (
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/lotus-lake/lotus-gate/tofu"
)

// Conditions and reasons that tofu-controller sets.
const (
	conditionReady       = "Ready"
	conditionReconciling = "Reconciling"
	conditionStalled     = "Stalled"
	reasonProgressing    = "Progressing"
	reasonDependency     = "DependencyNotReady"
	reasonAccess         = "AccessDenied"
)

// running reports whether a run is under way, as far as the status says. A
// runner that could not start leaves the same marks; a plan that waits for
// approval leaves Reconciling behind, and nothing runs.
func running(t *tofu.Terraform) bool {
	conditions := t.Status.Conditions
	ready := meta.FindStatusCondition(conditions, conditionReady)
	progressing := ready != nil && ready.Status == metav1.ConditionUnknown && ready.Reason == reasonProgressing
	switch {
	case t.Spec.Suspend, meta.IsStatusConditionTrue(conditions, conditionStalled):
		return false
	case t.Status.Plan.Pending != "" && (manual(t) || t.Spec.PlanOnly) && !progressing:
		return false
	}
	return progressing || meta.IsStatusConditionTrue(conditions, conditionReconciling)
}

// failing reports whether the last run, or the one under way, did not succeed.
func failing(t *tofu.Terraform) bool {
	return t.Status.ReconciliationFailures > 0 || meta.IsStatusConditionFalse(t.Status.Conditions, conditionReady)
}

// manual reports whether plans wait for a human's approval.
func manual(t *tofu.Terraform) bool {
	return t.Spec.ApprovePlan != tofu.ApproveAuto && t.Spec.ApprovePlan != tofu.ApproveDisable
}

// exhausted reports whether remediation.retries is used up: every token is then
// consumed without a run, until the revision or the generation changes.
func exhausted(t *tofu.Terraform) bool {
	r := t.Spec.Remediation
	return r != nil && r.Retries >= 0 && t.Status.ReconciliationFailures >= r.Retries
}

// neverRuns reports whether remediation.retries is zero: tofu-controller then takes
// the very first run for one too many, at every generation.
func neverRuns(t *tofu.Terraform) bool {
	return t.Spec.Remediation != nil && t.Spec.Remediation.Retries == 0
}

// appliesPending reports whether the next run applies a plan made earlier, and so
// takes in nothing newer than that plan.
func appliesPending(t *tofu.Terraform) bool {
	pending, approved := t.Status.Plan.Pending, t.Spec.ApprovePlan
	if pending == "" || t.Spec.PlanOnly || approved == tofu.ApproveManual {
		return false
	}
	return approved == tofu.ApproveAuto || strings.HasPrefix(pending, approved)
}

// appliedOldPlan reports whether this revision counts as applied although the plan
// was made of an earlier one: a plan that was pending when the source changed.
func appliedOldPlan(t *tofu.Terraform, revision string) bool {
	s := &t.Status
	return s.LastAttemptedRevision == revision && s.LastAppliedRevision == revision &&
		s.LastPlannedRevision != "" && s.LastPlannedRevision != revision
}

// snapshot is the status that a later one is compared with.
func snapshot(t *tofu.Terraform) Before {
	return Before{
		Success:   stamp(t.Status.LastSuccessfulReconcileAt),
		Failures:  t.Status.ReconciliationFailures,
		Attempted: t.Status.LastAttemptedRevision,
		Planned:   stamp(t.Status.LastPlanAt),
		Pending:   t.Status.Plan.Pending,
		Running:   running(t),
	}
}

// since is b after a look at a status that has not handled the request yet. What
// a run counts that was under way when the request was made is no proof: b moves
// on when that run is over, and once more when the next one is seen to begin.
// From there b stays, for a run is counted before its request is handled.
func (b Before) since(t *tofu.Terraform) Before {
	now := snapshot(t)
	switch {
	case b.Running && now.Running:
		if b.counted(now) {
			return now
		}
		return b
	case b.Running:
		return now
	case !b.Started && now.Running:
		now.Running, now.Started = false, true
		return now
	}
	return b
}

// counted reports whether a run was counted between b and now.
func (b Before) counted(now Before) bool {
	return now.Success != b.Success || now.Failures != 0 && now.Failures != b.Failures
}

// ran reports whether the status proves a run that took in everything that was
// wanted, given that the request is handled. Clocks are compared for equality only.
func (r *Request) ran(t *tofu.Terraform, revision string) bool {
	now := snapshot(t)
	auto := t.Spec.ApprovePlan == tofu.ApproveAuto && !t.Spec.PlanOnly
	if r.Before.Running || auto && r.Before.Pending != "" && now.Pending == "" && now.Planned == r.Before.Planned {
		return false // it may be the run from before; it was the plan from before
	}
	if revision != "" && now.Attempted != revision && r.Cause == CauseRevision || appliedOldPlan(t, revision) {
		return false
	}
	if r.Before.counted(now) {
		return true
	}
	// A new revision or generation sets the count of failures to zero, so that one
	// failure before and one after look alike.
	anew := r.Generation != 0 || r.Before.Attempted != now.Attempted
	return anew && now.Failures > 0 && !notTried(t)
}

// notTried reports whether the object was turned away before a runner was asked.
func notTried(t *tofu.Terraform) bool {
	ready := meta.FindStatusCondition(t.Status.Conditions, conditionReady)
	return ready != nil && (ready.Reason == reasonDependency || ready.Reason == reasonAccess)
}

func stamp(t *metav1.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}
