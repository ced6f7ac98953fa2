package tofu

import (
	"strings"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Step is how far a revision has come at a Terraform object.
type Step string

// Steps, in their order.
const (
	StepAttempt Step = "attempt" // the object has not begun with it
	StepPlan    Step = "plan"    // it began and has no plan of it
	StepApprove Step = "approve" // the plan waits for a human
	StepApply   Step = "apply"   // the plan is there and not applied
	StepDone    Step = "done"
)

// Reasons of ours, beside those of tofu-controller, for a revision that does not get on.
const (
	ReasonSuspended = "Suspended"
	ReasonApproval  = "WaitsForApproval"
	ReasonRetries   = "RetriesExhausted"
	ReasonSpec      = "SpecChanged"
)

// Standing is where a revision stands at a Terraform object.
type Standing struct {
	Step Step
	// Blocked: it does not get on by itself, or the last run failed. A run that is
	// done may be blocked too: what came after it fails.
	Blocked bool
	// Reason and Message say why it does not get on; "" when it does. They are the
	// cluster's own words and may hold anything.
	Reason, Message string
	// NoChanges: the plan had nothing to apply. lastAppliedRevision then stays what
	// it was.
	NoChanges bool
}

// Standing tells where a revision of its source stands at t.
func (t *Terraform) Standing(revision string) Standing {
	if done, empty := t.done(revision); done {
		return t.since(Standing{Step: StepDone, NoChanges: empty})
	}
	s := &t.Status
	at := Standing{Step: StepAttempt}
	switch attempted := SameCommit(s.LastAttemptedRevision, revision); {
	case attempted && SameCommit(s.LastPlannedRevision, revision):
		at.Step = StepApply
	case attempted:
		at.Step = StepPlan
	}
	ready := t.Ready()
	switch {
	case t.Spec.Suspend:
		at.Blocked, at.Reason = true, ReasonSuspended
		return at
	case at.Step == StepAttempt:
		return t.waiting(at)
	case s.Plan.Pending != "" && t.Manual():
		return Standing{Step: StepApprove, Blocked: true, Reason: ReasonApproval, Message: s.Plan.Pending}
	case t.Exhausted(), meta.IsStatusConditionTrue(s.Conditions, conditionStalled):
		at.Blocked, at.Reason = true, ReasonRetries
		if ready != nil {
			at.Message = ready.Message
		}
		return at
	case ready == nil || ready.Status != metav1.ConditionFalse:
		return at
	case transient(ready.Reason):
		return t.waiting(at)
	}
	at.Blocked, at.Reason, at.Message = true, ready.Reason, ready.Message
	return at
}

// done reports whether nothing of a revision is left to do, and whether there was
// nothing to do.
func (t *Terraform) done(revision string) (done, empty bool) {
	s := &t.Status
	if SameCommit(s.LastAppliedRevision, revision) && !t.AppliedOldPlan(revision) {
		return true, false
	}
	if !SameCommit(s.LastAttemptedRevision, revision) {
		return false, false
	}
	ready := t.Ready()
	if t.Spec.ApprovePlan == ApproveDisable {
		return ready != nil && (ready.Status == metav1.ConditionTrue || ready.Reason == ReasonDrift), true
	}
	if !SameCommit(s.LastPlannedRevision, revision) {
		return false, false
	}
	if plan := meta.FindStatusCondition(s.Conditions, ConditionPlan); plan != nil && plan.Reason == ReasonNoChanges && s.Plan.Pending == "" {
		return true, true
	}
	return t.Spec.PlanOnly, false
}

// since adds to what is done what came afterwards.
func (t *Terraform) since(at Standing) Standing {
	ready := t.Ready()
	switch {
	case t.Status.ObservedGeneration != 0 && t.Status.ObservedGeneration != t.Generation:
		at.Reason = ReasonSpec
	case ready == nil || ready.Status != metav1.ConditionFalse:
	case ready.Reason == ReasonDrift && t.Spec.ApprovePlan == ApproveAuto:
		at.Reason, at.Message = ready.Reason, ready.Message // the plan that mends it comes by itself
	case transient(ready.Reason) && ready.Reason != ReasonDrift:
		at.Reason, at.Message = ready.Reason, ready.Message
	default:
		at.Blocked, at.Reason, at.Message = true, ready.Reason, ready.Message
	}
	return at
}

// waiting adds what it waits for, where the status says it.
func (t *Terraform) waiting(at Standing) Standing {
	if ready := t.Ready(); ready != nil && ready.Status == metav1.ConditionFalse && transient(ready.Reason) {
		at.Reason, at.Message = ready.Reason, ready.Message
	}
	return at
}

// transient reasons are those after which tofu-controller goes on by itself.
func transient(reason string) bool {
	switch reason {
	case ReasonDependency, ReasonArtifact, ReasonLocked, ReasonDrift:
		return true
	}
	return false
}

// SameCommit compares revisions as Flux writes them: branch@sha1:commit, or
// branch/commit in older versions, or the commit alone.
func SameCommit(a, b string) bool { return a != "" && CommitOf(a) == CommitOf(b) }

// CommitOf is the commit of a revision, or the digest of what is no commit.
func CommitOf(revision string) string {
	return revision[strings.LastIndexAny(revision, ":/")+1:]
}
