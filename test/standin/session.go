package standin

import (
	"context"
	"fmt"
	"path"
	"strings"
	"time"

	fluxmeta "github.com/fluxcd/pkg/apis/meta"
	sourcev1 "github.com/fluxcd/source-controller/api/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/lotus-lake/lotus-gate/tofu"
)

// Marker is the file, in the directory of spec.path, with which a plan fails.
const Marker = "broken"

// session is one reconciliation of one object.
type session struct {
	*terraforms
	object  *tofu.Terraform
	written *tofu.Terraform // as the API server has it
	name    types.NamespacedName
	run     Run
}

// reconcile returns when to look again, by the clock; 0 is when something happens.
func (s *session) reconcile(ctx context.Context) (time.Duration, error) {
	object, status := s.object, &s.object.Status
	if object.Spec.Suspend {
		s.run.Result = Suspended
		return 0, nil
	}
	source := &sourcev1.GitRepository{}
	err := s.client.Get(ctx, client.ObjectKey{Namespace: object.SourceNamespace(), Name: object.Spec.SourceRef.Name}, source)
	if err != nil && !apierrors.IsNotFound(err) {
		return 0, err
	}
	if source.Status.Artifact == nil {
		s.end(NoSource, metav1.ConditionFalse, "ArtifactFailed", "Source is not ready, artifact not found")
		return s.retry(), nil
	}
	artifact := s.artifact(object, *source.Status.Artifact, s.run.Token != "")
	s.run.Revision, s.run.Digest = artifact.Revision, artifact.Digest
	if status.ObservedGeneration != object.Generation || status.LastAttemptedRevision != artifact.Revision {
		status.ReconciliationFailures = 0
	}
	if r := object.Spec.Remediation; r != nil && r.Retries >= 0 && status.ReconciliationFailures >= r.Retries {
		setCondition(object, fluxmeta.StalledCondition, metav1.ConditionTrue, "RetriesExhausted", "retries are exhausted", s.clock.Now())
		s.end(Exhausted, metav1.ConditionFalse, "RetriesExhausted", "retries are exhausted")
		return 0, nil
	}
	meta.RemoveStatusCondition(&status.Conditions, fluxmeta.StalledCondition)
	if s.swallows(s.name) {
		s.end(NoRunner, metav1.ConditionFalse, "RunnerNotReady", "runner could not be reached")
		return s.retry(), nil
	}
	if s.waits(artifact.Revision) {
		s.run.Result = Unchanged
		return object.Spec.Interval.Duration, nil
	}
	drifted := false
	if s.looks && status.LastAppliedRevision == artifact.Revision && status.ObservedGeneration == object.Generation && status.ReconciliationFailures == 0 {
		if drifted, err = s.drift(ctx, artifact.Revision); err != nil || !drifted {
			return object.Spec.Interval.Duration, err
		}
	}
	status.ObservedGeneration, status.LastAttemptedRevision = object.Generation, artifact.Revision
	setCondition(object, fluxmeta.ReconcilingCondition, metav1.ConditionTrue, fluxmeta.ProgressingReason, "run", s.clock.Now())
	setCondition(object, fluxmeta.ReadyCondition, metav1.ConditionUnknown, fluxmeta.ProgressingReason, "Initializing", s.clock.Now())
	if err := s.write(ctx); err != nil {
		return 0, err
	}
	after, err := s.plan(ctx, artifact)
	if drifted && s.run.Result == Applied {
		now := metav1.NewTime(s.clock.Now())
		status.LastAppliedByDriftDetectionAt = &now
	}
	return after, err
}

// drift looks for some, and says so in the status when there is none or before it is mended.
func (s *session) drift(ctx context.Context, revision string) (bool, error) {
	s.mu.Lock()
	plan := s.drifts[s.name]
	s.mu.Unlock()
	now := metav1.NewTime(s.clock.Now())
	if plan == "" {
		s.object.Status.LastSuccessfulReconcileAt = &now
		s.end(NoDrift, metav1.ConditionTrue, "NoDrift", "No drift: "+revision)
		return false, nil
	}
	s.object.Status.LastDriftDetectedAt = &now
	setCondition(s.object, fluxmeta.ReadyCondition, metav1.ConditionFalse, "DriftDetected", plan, s.clock.Now())
	if err := s.write(ctx); err != nil {
		return false, err
	}
	select {
	case <-ctx.Done():
		return false, ctx.Err()
	case <-time.After(max(s.clock.Real(s.runTime), 500*time.Millisecond)): // a plan for drift takes what a plan takes
		return true, nil
	}
}

// waits reports whether a human must act first.
func (s *session) waits(revision string) bool {
	spec, status := &s.object.Spec, &s.object.Status
	if spec.ApprovePlan == tofu.ApproveAuto && !spec.PlanOnly {
		return false
	}
	return status.LastAttemptedRevision == revision && status.LastPlannedRevision == revision && status.ReconciliationFailures == 0 &&
		status.ObservedGeneration == s.object.Generation
}

func (s *session) plan(ctx context.Context, artifact fluxmeta.Artifact) (time.Duration, error) {
	object, status := s.object, &s.object.Status
	files, err := fetch(ctx, artifact.URL, artifact.Digest) // as it is when the run begins
	if err != nil {
		return 0, err
	}
	environment, err := s.runners.start(ctx, object)
	if err != nil {
		return 0, err
	}
	if s.runTime > 0 {
		select {
		case <-ctx.Done():
			return 0, ctx.Err()
		case <-time.After(s.clock.Real(s.runTime)):
		}
	}
	variables, err := s.runners.variables(ctx, object, environment)
	if err != nil {
		return s.failed(ctx, "VariablesGenerationFailed", err)
	}
	s.run.Values = variables
	if _, broken := files[path.Join(strings.TrimPrefix(object.Spec.Path, "./"), Marker)]; broken {
		return s.failed(ctx, "TFExecPlanFailed", fmt.Errorf("error running Plan: file %q", Marker))
	}
	now := metav1.NewTime(s.clock.Now())
	status.LastPlannedRevision, status.LastPlanAt, status.LastPlannedGeneration = artifact.Revision, &now, object.Generation
	id := "plan-" + strings.ReplaceAll(strings.ReplaceAll(artifact.Revision, "@", "-"), ":", "-")
	if err := s.runners.keepPlan(ctx, object, id); err != nil {
		return 0, err
	}
	approved := object.Spec.ApprovePlan == tofu.ApproveAuto || object.Spec.ApprovePlan == id
	if !approved || object.Spec.PlanOnly {
		status.Plan.Pending, status.ReconciliationFailures = id, 0
		s.end(Planned, metav1.ConditionUnknown, "TerraformPlannedWithChanges", "Plan generated")
		return object.Spec.Interval.Duration, s.runners.stop(ctx, object)
	}
	content := state(object, variables)
	if s.runners.api != nil {
		if content, err = s.runners.apply(ctx, object, files, variables); err != nil {
			return s.failed(ctx, "TFExecApplyFailed", err)
		}
	}
	if err := s.runners.keepState(ctx, object, content, variables); err != nil {
		return 0, err
	}
	now = metav1.NewTime(s.clock.Now())
	status.LastAppliedRevision, status.LastSuccessfulReconcileAt, status.ReconciliationFailures = artifact.Revision, &now, 0
	status.Plan = tofu.PlanStatus{LastApplied: id}
	if kept, ok := content.(stateFile); ok && object.Spec.EnableInventory {
		status.Inventory = kept.inventory()
	}
	s.end(Applied, metav1.ConditionTrue, "TerraformAppliedSucceed", "Applied successfully: "+artifact.Revision)
	return object.Spec.Interval.Duration, s.runners.stop(ctx, object)
}

func (s *session) failed(ctx context.Context, reason string, err error) (time.Duration, error) {
	s.object.Status.ReconciliationFailures++
	s.end(Failed, metav1.ConditionFalse, reason, err.Error())
	return s.retry(), s.runners.stop(ctx, s.object)
}

func (s *session) end(result Result, ready metav1.ConditionStatus, reason, message string) {
	s.run.Result = result
	meta.RemoveStatusCondition(&s.object.Status.Conditions, fluxmeta.ReconcilingCondition)
	setCondition(s.object, fluxmeta.ReadyCondition, ready, reason, message, s.clock.Now())
}

func (s *session) retry() time.Duration {
	if r := s.object.Spec.RetryInterval; r != nil {
		return r.Duration
	}
	return defaultRetry
}

// write patches the status by what differs.
func (s *session) write(ctx context.Context) error {
	status := s.object.Status
	if err := s.client.Status().Patch(ctx, s.object, client.MergeFrom(s.written)); err != nil {
		return err
	}
	s.object.Status = status
	s.written = s.object.DeepCopy()
	return nil
}
