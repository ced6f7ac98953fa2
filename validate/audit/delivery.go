package audit

import (
	"strings"
	"time"

	"github.com/lotus-lake/lotus-gate/policy"
)

// steps of a change on its way, in their order.
const (
	stepSource    = "source"    // the source has no artifact, or cannot fetch
	stepAttempt   = "attempt"   // the Terraform object has not begun
	stepSuspended = "suspended" // it will not begin
	stepPlan      = "plan"      // it began and has no plan
	stepApprove   = "approve"   // the plan waits for a human
	stepApply     = "apply"     // the plan is there and not applied
	stepDone      = "done"
)

// Step is where the newest revision stands, and since when.
func (d *Delivery) Step() (step string, since time.Time) {
	revision := d.Source.Revision
	attempted := SameCommit(d.Attempted, revision)
	switch {
	case revision == "":
		return stepSource, d.Since
	case SameCommit(d.Applied, revision):
		return stepDone, d.LastSuccess
	case d.PlanOnly && SameCommit(d.Planned, revision):
		return stepDone, d.Since
	case d.Suspended:
		return stepSuspended, d.Source.Since
	case !attempted:
		return stepAttempt, d.Source.Since
	case d.PendingPlan != "" && d.Approve != "auto":
		return stepApprove, d.Since
	case SameCommit(d.Planned, revision):
		return stepApply, d.Since
	}
	return stepPlan, d.Since
}

// SameCommit compares revisions as Flux writes them, branch@sha1:commit in newer
// versions and branch/commit in older ones.
func SameCommit(a, b string) bool { return a != "" && CommitOf(a) == CommitOf(b) }

// CommitOf is the commit of a revision.
func CommitOf(revision string) string {
	at := strings.LastIndexAny(revision, ":/")
	return revision[at+1:]
}

// delivery is the document of a Terraform object.
func (f *Facts) delivery(d *Delivery) policy.Document {
	step, since := d.Step()
	var retries any
	if d.Retries != nil {
		retries = *d.Retries
	}
	input := map[string]any{
		"terraform": d.fact(), "backend": d.Backend, "suspended": d.Suspended, "approve": d.Approve,
		"source": map[string]any{
			"kind": d.Source.Kind, "namespace": d.Source.Namespace, "name": d.Source.Name.Name, "found": d.Source.Found, "suspended": d.Source.Suspended,
			"revision": orNull(d.Source.Revision), "since": moment(d.Source.Since), "age_seconds": f.ago(d.Source.Since),
			"ready": orNull(d.Source.Ready), "reason": orNull(d.Source.Reason),
		},
		"attempted": orNull(d.Attempted), "planned": orNull(d.Planned), "applied": orNull(d.Applied), "pending_plan": orNull(d.PendingPlan),
		"failures": d.Failures, "retries": retries, "stalled": d.Stalled, "ready": orNull(d.Ready), "reason": orNull(d.Reason),
		"last_success": moment(d.LastSuccess), "interval_seconds": d.IntervalSeconds,
		"step": step, "since": moment(since), "age_seconds": f.ago(since),
		"inputs": inputs(d.Inputs, d.LastSuccess), "access_keys": f.accessKeys(d.AccessKeys),
	}
	return document(KindDelivery, Position{Path: "terraforms/" + d.String()}, input)
}
