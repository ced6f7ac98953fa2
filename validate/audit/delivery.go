package audit

import "github.com/lotus-lake/lotus-gate/policy"

// delivery is the document of a Terraform object.
func (f *Facts) delivery(d *Delivery) policy.Document {
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
		"step": d.Step, "since": moment(d.StepSince), "age_seconds": f.ago(d.StepSince),
		"inputs": inputs(d.Inputs, d.LastSuccess), "access_keys": f.accessKeys(d.AccessKeys),
	}
	return document(KindDelivery, Position{Path: "terraforms/" + d.String()}, input)
}
