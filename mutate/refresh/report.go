package refresh

import (
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/lotus-lake/lotus-gate/mutate/rerun"
	"github.com/lotus-lake/lotus-gate/tofu"
)

// Reasons of events.
const (
	eventRequested = "RefreshRequested"
	eventProven    = "RefreshProven"
	eventSwallowed = "RefreshSwallowed"
	eventBlocked   = "RefreshBlocked"
	eventKeyLost   = "KeyLost"
)

// report what was done in metrics and events.
func (c *Controller) report(t *tofu.Terraform, s *rerun.Source, d rerun.Decision) {
	if d.KeyLost {
		c.config.Events.Eventf(t, nil, corev1.EventTypeWarning, eventKeyLost, "Adopt", "%s",
			"the installation key of its record is gone: inputs are adopted anew; a change meanwhile may have been missed")
	}
	if d.Swallowed {
		c.config.Metrics.count(d.Cause, resultSwallowed)
	}
	switch {
	case d.Action == rerun.Issue && d.News, d.Action == rerun.PokeIt:
		c.config.Metrics.count(d.Cause, resultIssued)
	case d.Action == rerun.Bump:
		c.config.Metrics.count(d.Cause, resultBumped)
	case d.Action == rerun.RemovePod:
		c.config.Metrics.count(d.Cause, resultRemoved)
	case d.Action == rerun.Proven:
		c.config.Metrics.count(d.Cause, resultProven)
	case d.Action == rerun.Blocked && d.News:
		c.config.Metrics.count(d.Cause, resultBlocked)
	}
	if d.News || d.Action == rerun.RemovePod {
		c.tell(t, s, d, "")
	}
}

// tell an event.
func (c *Controller) tell(t *tofu.Terraform, s *rerun.Source, d rerun.Decision, prefix string) {
	kind, reason, note := corev1.EventTypeNormal, eventRequested, ""
	why := because(t, s, d)
	switch d.Action {
	case rerun.Issue:
		note = fmt.Sprintf("asked for a run: %s", why)
		if d.Swallowed {
			kind, reason = corev1.EventTypeWarning, eventSwallowed
			note = "asked again, for the last request was consumed without a run: " + why
		}
	case rerun.Bump:
		note = fmt.Sprintf("changed the annotation %s of spec.runnerPodTemplate, for a request alone would not lead to a run: %s", rerun.AnnotationInputs, why)
	case rerun.RemovePod:
		note = fmt.Sprintf("removed pod %s, which was kept and holds old values: %s", t.RunnerPodName(), why)
	case rerun.Proven:
		reason, note = eventProven, "the run that was asked for took place: "+outcome(t)
	case rerun.Blocked:
		kind, reason = corev1.EventTypeWarning, eventBlocked
		note = fmt.Sprintf("%s, but %s", why, remedy(t, d.Block))
	}
	c.config.Events.Eventf(t, nil, kind, reason, "Refresh", "%s", cut(prefix+note))
}

// because says what is newer than the object.
func because(t *tofu.Terraform, s *rerun.Source, d rerun.Decision) string {
	var parts []string
	if s != nil && d.Cause == rerun.CauseRevision {
		parts = append(parts, fmt.Sprintf("%s %s/%s is at %s, attempted was %s", s.Kind, s.Namespace, s.Name, s.Revision, said(t.Status.LastAttemptedRevision)))
	}
	if s != nil && d.Cause == rerun.CauseDigest {
		parts = append(parts, fmt.Sprintf("%s %s/%s has other content at the same revision", s.Kind, s.Namespace, s.Name))
	}
	if len(d.Changed) > 0 {
		parts = append(parts, strings.Join(d.Changed, ", ")+" changed")
	} else if d.Cause == rerun.CauseInputs {
		parts = append(parts, "inputs changed")
	}
	return strings.Join(parts, "; ")
}

func outcome(t *tofu.Terraform) string {
	if n := t.Status.ReconciliationFailures; n > 0 {
		return fmt.Sprintf("it failed (%d in a row)", n)
	}
	return "it succeeded"
}

// remedy says what stands in the way and what helps.
func remedy(t *tofu.Terraform, block rerun.Block) string {
	switch block {
	case rerun.BlockSource:
		return "its source has no artifact: tofu-controller cannot run; see to the source"
	case rerun.BlockSuspended:
		return "the object is suspended: it will run when it is resumed"
	case rerun.BlockPending:
		return "plan " + t.Status.Plan.Pending + " waits and was made before: change the spec for a new plan, for one an annotation under spec.runnerPodTemplate.metadata.annotations, and approve that one"
	case rerun.BlockManual:
		return "in manual mode a request at the same revision makes no plan: change the spec for a new plan, for one an annotation under spec.runnerPodTemplate.metadata.annotations"
	case rerun.BlockPlanOnly:
		return "a plan of this revision is there and planOnly makes no other: change an annotation under spec.runnerPodTemplate.metadata.annotations"
	case rerun.BlockRetries:
		return "spec.remediation.retries is used up: push a new revision, or change an annotation under spec.runnerPodTemplate.metadata.annotations"
	case rerun.BlockPod:
		return "pod " + t.RunnerPodName() + " is kept and holds the old values: delete it, or set refresh.removeRunnerPods"
	}
	return string(block)
}

func said(text string) string {
	if text == "" {
		return "nothing"
	}
	return text
}

// cut to what an event's note may hold.
func cut(note string) string {
	const most = 1000
	if len(note) <= most {
		return note
	}
	return strings.ToValidUTF8(note[:most], "") + "…"
}
