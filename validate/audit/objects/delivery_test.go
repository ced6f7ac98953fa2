package objects_test

import (
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/lotus-lake/lotus-gate/tofu"
	"github.com/lotus-lake/lotus-gate/validate/audit/objects"
)

// TestStep: where the newest revision stands, and since when. (What tofu-controller's status means is tested in tofu.)
func TestStep(t *testing.T) {
	at := func(hour int) time.Time { return time.Date(2026, 6, 1, hour, 0, 0, 0, time.UTC) }
	const a, b = "main@sha1:a", "main@sha1:b"
	ready := func(o *tofu.Terraform, status metav1.ConditionStatus, kind, reason string) {
		o.Status.Conditions = append(o.Status.Conditions, metav1.Condition{Type: kind, Status: status, Reason: reason, LastTransitionTime: metav1.NewTime(at(11))})
	}
	for name, tc := range map[string]struct {
		change func(*tofu.Terraform, *tofu.Source)
		step   string
		since  int
	}{
		"nothing is served": {func(_ *tofu.Terraform, s *tofu.Source) { s.Status.Artifact = nil }, "source", 0},
		"not begun":         {func(o *tofu.Terraform, _ *tofu.Source) { o.Status.LastAttemptedRevision = a }, "attempt", 10},
		"suspended":         {func(o *tofu.Terraform, _ *tofu.Source) { o.Spec.Suspend, o.Status.LastAttemptedRevision = true, a }, "suspended", 10},
		"the plan fails": {func(o *tofu.Terraform, _ *tofu.Source) {
			o.Status.LastPlannedRevision = a
			ready(o, metav1.ConditionFalse, "Ready", "TFExecPlanFailed")
		}, "plan", 11},
		"waits for approval": {func(o *tofu.Terraform, _ *tofu.Source) { o.Spec.ApprovePlan, o.Status.Plan.Pending = "", "plan-b" }, "approve", 0},
		"the apply fails":    {func(o *tofu.Terraform, _ *tofu.Source) { ready(o, metav1.ConditionFalse, "Ready", "TFExecApplyFailed") }, "apply", 11},
		"applied":            {func(o *tofu.Terraform, _ *tofu.Source) { o.Status.LastAppliedRevision = "main/b" }, "done", 9}, // as older versions of Flux write it
		"nothing to apply": {func(o *tofu.Terraform, _ *tofu.Source) {
			ready(o, metav1.ConditionTrue, "Ready", "TerraformPlannedNoChanges")
			ready(o, metav1.ConditionFalse, "Plan", "TerraformPlannedNoChanges")
		}, "done", 9},
	} {
		t.Run(name, func(t *testing.T) {
			fetched, success := metav1.NewTime(at(10)), metav1.NewTime(at(9))
			source := &tofu.Source{Status: tofu.SourceStatus{Artifact: &tofu.Artifact{Revision: b, LastUpdateTime: &fetched}}}
			object := &tofu.Terraform{Spec: tofu.TerraformSpec{ApprovePlan: tofu.ApproveAuto}, Status: tofu.TerraformStatus{
				LastAttemptedRevision: b, LastPlannedRevision: b, LastAppliedRevision: a, LastSuccessfulReconcileAt: &success,
			}}
			tc.change(object, source)
			d := objects.Delivery(object, source, nil)
			since := time.Time{}
			if tc.since > 0 {
				since = at(tc.since)
			}
			if d.Step != tc.step || !d.StepSince.Equal(since) {
				t.Errorf("%s since %s, want %s since %s", d.Step, d.StepSince, tc.step, since)
			}
		})
	}
}
