package tofu_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/lotus-lake/lotus-gate/tofu"
)

const (
	before = "main@sha1:aaaa"
	wanted = "main@sha1:bbbb"
)

// TestStanding reads statuses as tofu-controller 0.16.5 leaves them.
func TestStanding(t *testing.T) {
	ready := func(status metav1.ConditionStatus, reason, message string) metav1.Condition {
		return metav1.Condition{Type: "Ready", Status: status, Reason: reason, Message: message}
	}
	noChanges := metav1.Condition{Type: "Plan", Status: metav1.ConditionFalse, Reason: "TerraformPlannedNoChanges"}
	auto := tofu.TerraformSpec{ApprovePlan: "auto"}
	for name, c := range map[string]struct {
		spec   tofu.TerraformSpec
		status tofu.TerraformStatus
		want   tofu.Standing
	}{
		"nothing yet": {auto, tofu.TerraformStatus{}, tofu.Standing{Step: "attempt"}},
		"the one before failed": {
			auto,
			tofu.TerraformStatus{LastAttemptedRevision: before, ReconciliationFailures: 3, Conditions: []metav1.Condition{ready("False", "TFExecPlanFailed", "no")}},
			tofu.Standing{Step: "attempt"},
		},
		"suspended": {tofu.TerraformSpec{Suspend: true, ApprovePlan: "auto"}, tofu.TerraformStatus{LastAttemptedRevision: before}, tofu.Standing{Step: "attempt", Blocked: true, Reason: "Suspended"}},
		"suspended after a failure": {
			tofu.TerraformSpec{Suspend: true},
			tofu.TerraformStatus{LastAttemptedRevision: wanted, Conditions: []metav1.Condition{ready("False", "TFExecPlanFailed", "no")}},
			tofu.Standing{Step: "plan", Blocked: true, Reason: "Suspended"},
		},
		"no artifact": {
			auto,
			tofu.TerraformStatus{Conditions: []metav1.Condition{ready("False", "ArtifactFailed", "Source is not ready")}},
			tofu.Standing{Step: "attempt", Reason: "ArtifactFailed", Message: "Source is not ready"},
		},
		"planning": {auto, tofu.TerraformStatus{LastAttemptedRevision: wanted, Conditions: []metav1.Condition{ready("Unknown", "Progressing", "x")}}, tofu.Standing{Step: "plan"}},
		"plan failed": {
			auto,
			tofu.TerraformStatus{LastAttemptedRevision: wanted, LastPlannedRevision: before, ReconciliationFailures: 1, Conditions: []metav1.Condition{ready("False", "TFExecPlanFailed", "no")}},
			tofu.Standing{Step: "plan", Blocked: true, Reason: "TFExecPlanFailed", Message: "no"},
		},
		"state locked": {
			auto,
			tofu.TerraformStatus{LastAttemptedRevision: wanted, Conditions: []metav1.Condition{ready("False", "LockHeld", "by whom")}},
			tofu.Standing{Step: "plan", Reason: "LockHeld", Message: "by whom"},
		},
		"retries exhausted": {
			tofu.TerraformSpec{ApprovePlan: "auto", Remediation: &tofu.Remediation{Retries: 2}},
			tofu.TerraformStatus{LastAttemptedRevision: wanted, ReconciliationFailures: 2, Conditions: []metav1.Condition{ready("False", "TFExecPlanFailed", "no")}},
			tofu.Standing{Step: "plan", Blocked: true, Reason: "RetriesExhausted", Message: "no"},
		},
		"waits for approval": {
			tofu.TerraformSpec{},
			tofu.TerraformStatus{LastAttemptedRevision: wanted, LastPlannedRevision: wanted, Plan: tofu.PlanStatus{Pending: "plan-main-bbbb"}},
			tofu.Standing{Step: "approve", Blocked: true, Reason: "WaitsForApproval", Message: "plan-main-bbbb"},
		},
		"applying":     {auto, tofu.TerraformStatus{LastAttemptedRevision: wanted, LastPlannedRevision: wanted, Plan: tofu.PlanStatus{Pending: "plan-main-bbbb"}}, tofu.Standing{Step: "apply"}},
		"apply failed": {auto, tofu.TerraformStatus{LastAttemptedRevision: wanted, LastPlannedRevision: wanted, Conditions: []metav1.Condition{ready("False", "TFExecApplyFailed", "409")}}, tofu.Standing{Step: "apply", Blocked: true, Reason: "TFExecApplyFailed", Message: "409"}},
		"applied": {
			auto,
			tofu.TerraformStatus{LastAttemptedRevision: wanted, LastPlannedRevision: wanted, LastAppliedRevision: wanted, Conditions: []metav1.Condition{ready("True", "TerraformAppliedSucceed", "")}},
			tofu.Standing{Step: "done"},
		},
		"applied, as older versions of Flux write it": {auto, tofu.TerraformStatus{LastAppliedRevision: "main/bbbb"}, tofu.Standing{Step: "done"}},
		"the plan from before was applied": {
			auto, tofu.TerraformStatus{LastAttemptedRevision: wanted, LastPlannedRevision: before, LastAppliedRevision: wanted}, tofu.Standing{Step: "plan"},
		},
		"nothing to change": {
			auto,
			tofu.TerraformStatus{LastAttemptedRevision: wanted, LastPlannedRevision: wanted, LastAppliedRevision: before, Conditions: []metav1.Condition{ready("True", "TerraformPlannedNoChanges", ""), noChanges}},
			tofu.Standing{Step: "done", NoChanges: true},
		},
		"nothing to change at the one before": {
			auto, tofu.TerraformStatus{LastAttemptedRevision: wanted, LastPlannedRevision: before, Conditions: []metav1.Condition{ready("Unknown", "Progressing", ""), noChanges}}, tofu.Standing{Step: "plan"},
		},
		"plan only":  {tofu.TerraformSpec{PlanOnly: true, ApprovePlan: "auto"}, tofu.TerraformStatus{LastAttemptedRevision: wanted, LastPlannedRevision: wanted}, tofu.Standing{Step: "done"}},
		"only looks": {tofu.TerraformSpec{ApprovePlan: "disable"}, tofu.TerraformStatus{LastAttemptedRevision: wanted, Conditions: []metav1.Condition{ready("True", "NoDrift", "")}}, tofu.Standing{Step: "done", NoChanges: true}},
		"drifts, and is mended": {
			auto, tofu.TerraformStatus{LastAppliedRevision: wanted, Conditions: []metav1.Condition{ready("False", "DriftDetected", "# x")}}, tofu.Standing{Step: "done", Reason: "DriftDetected", Message: "# x"},
		},
		"drifts, and nobody mends it": {
			tofu.TerraformSpec{},
			tofu.TerraformStatus{LastAppliedRevision: wanted, Conditions: []metav1.Condition{ready("False", "DriftDetected", "# x")}},
			tofu.Standing{Step: "done", Blocked: true, Reason: "DriftDetected", Message: "# x"},
		},
		"fails afterwards": {
			auto,
			tofu.TerraformStatus{LastAppliedRevision: wanted, Conditions: []metav1.Condition{ready("False", "HealthChecksFailed", "down")}},
			tofu.Standing{Step: "done", Blocked: true, Reason: "HealthChecksFailed", Message: "down"},
		},
		"spec changed": {auto, tofu.TerraformStatus{LastAppliedRevision: wanted, ObservedGeneration: 1}, tofu.Standing{Step: "done", Reason: "SpecChanged"}},
	} {
		object := &tofu.Terraform{Spec: c.spec, Status: c.status}
		object.Generation = 2
		if c.status.ObservedGeneration == 0 {
			object.Status.ObservedGeneration = 2
		}
		if diff := cmp.Diff(c.want, object.Standing(wanted)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestFollows(t *testing.T) {
	for name, c := range map[string]struct {
		ref  *tofu.SourceRef
		push string
		want bool
	}{
		"the branch":        {&tofu.SourceRef{Branch: "main"}, "refs/heads/main", true},
		"another branch":    {&tofu.SourceRef{Branch: "main"}, "refs/heads/mainly", false},
		"a tag of its name": {&tofu.SourceRef{Branch: "main"}, "refs/tags/main", false},
		"by default":        {nil, "refs/heads/master", true},
		"by default, main":  {nil, "refs/heads/main", false},
		"empty":             {&tofu.SourceRef{}, "refs/heads/master", true},
		"a commit":          {&tofu.SourceRef{Branch: "main", Commit: "bbbb"}, "refs/heads/main", false},
		"a tag":             {&tofu.SourceRef{Branch: "main", Tag: "v1"}, "refs/tags/v1", true},
		"a tag, not branch": {&tofu.SourceRef{Branch: "main", Tag: "v1"}, "refs/heads/main", false},
		"versions":          {&tofu.SourceRef{SemVer: ">=1"}, "refs/tags/v1", true},
		"a name":            {&tofu.SourceRef{Branch: "main", Name: "refs/heads/x"}, "refs/heads/x", true},
	} {
		if got := (&tofu.Source{Spec: tofu.SourceSpec{Ref: c.ref}}).Follows(c.push); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
