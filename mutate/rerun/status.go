package rerun

import (
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/lotus-lake/lotus-gate/tofu"
)

// snapshot is the status that a later one is compared with.
func snapshot(t *tofu.Terraform) Before {
	return Before{
		Success:   stamp(t.Status.LastSuccessfulReconcileAt),
		Failures:  t.Status.ReconciliationFailures,
		Attempted: t.Status.LastAttemptedRevision,
		Planned:   stamp(t.Status.LastPlanAt),
		Pending:   t.Status.Plan.Pending,
		Running:   t.Running(),
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
	if revision != "" && now.Attempted != revision && r.Cause == CauseRevision || t.AppliedOldPlan(revision) {
		return false
	}
	if r.Before.counted(now) {
		return true
	}
	// A new revision or generation sets the count of failures to zero, so that one
	// failure before and one after look alike.
	anew := r.Generation != 0 || r.Before.Attempted != now.Attempted
	return anew && now.Failures > 0 && !t.NotTried()
}

func stamp(t *metav1.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}
