package rerun

import (
	"time"

	"github.com/lotus-lake/lotus-gate/tofu"
)

// obstacle says what keeps a token from leading to a run that takes in what is
// wanted, and whether a bump of the generation would get around it.
//
// A new revision clears a plan that waits and the count of retries; at the
// revision that was attempted neither happens, and in manual mode drift is told
// but nothing is planned. Plan ids are made of the revision alone, so a bump under
// an approved plan id could apply what nobody approved: only `auto` is bumped.
func (p *planner) obstacle(swallowed bool) (block Block, bump bool) {
	t := p.Object
	if p.Source == nil || p.Source.Revision == "" {
		return BlockSource, false
	}
	if t.Spec.Suspend {
		return BlockSuspended, false
	}
	same := t.Status.LastAttemptedRevision == p.Source.Revision
	spent := t.Exhausted() && (same || swallowed)
	switch {
	case t.Manual() && same && t.Status.Plan.Pending != "":
		block = BlockPending
	case t.Manual() && same && spent:
		block = BlockRetries
	case t.Manual() && same:
		block = BlockManual
	case spent:
		block = BlockRetries
	case t.Spec.PlanOnly && same && t.Status.Plan.Pending != "":
		block = BlockPlanOnly
	default:
		return "", false
	}
	if p.Settings.BumpTemplate && t.Spec.ApprovePlan == tofu.ApproveAuto && !t.NeverRuns() {
		return "", true
	}
	return block, false
}

// podLook is how soon to look again whether a runner pod is gone.
const podLook = 2 * time.Second

// pod decides what becomes of a kept runner pod before a run is asked for: it
// holds what envFrom, volumes and init containers said when it started.
func (p *planner) pod(cause Cause) (Decision, bool) {
	held := p.Pod != nil && !p.Pod.Leaving && p.Inputs.anyFixed(p.inputs.changed)
	switch {
	case !held:
		return Decision{}, false
	case !p.Settings.RemoveRunnerPods:
		if cause == CauseInputs && p.Inputs.onlyFixed(p.inputs.changed) {
			return p.blocked(BlockPod, cause, p.Settings.MaxBackoff), true
		}
		return Decision{}, false
	case p.Object.Running():
		return Decision{Action: Wait, Cause: cause, Changed: p.inputs.changed, After: p.Settings.Grace}, true
	}
	return Decision{Action: RemovePod, Cause: cause, Pod: p.Pod.UID, Changed: p.inputs.changed, After: podLook}, true
}
