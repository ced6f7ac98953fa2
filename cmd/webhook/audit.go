package main

import (
	"time"

	"k8s.io/client-go/tools/events"
	"sigs.k8s.io/controller-runtime/pkg/manager"
	"sigs.k8s.io/controller-runtime/pkg/metrics"

	"github.com/lotus-lake/lotus-gate/validate/patrol"
	"github.com/lotus-lake/lotus-gate/validate/ruleset"
)

// newAudit adds the audit to the controllers' manager, with the rules as they are when
// a round begins. Where it is off, it does nothing.
func newAudit(o *options, c auditConfig, policies *ruleset.Ruleset) func(manager.Manager, events.EventRecorder) error {
	if !c.Enabled {
		return func(manager.Manager, events.EventRecorder) error { return nil }
	}
	counts := patrol.NewMetrics(metrics.Registry)
	return func(mgr manager.Manager, recorder events.EventRecorder) error {
		return patrol.Setup(mgr, patrol.Config{
			Policies: func() patrol.Policies {
				current := policies.Current()
				return patrol.Policies{Set: current.Set, Engine: current.Engine, Revision: current.Revision}
			},
			Events: recorder, Metrics: counts, Namespaces: o.namespaces, User: o.serviceAccount,
			Interval: time.Duration(c.Interval), MinInterval: time.Duration(c.MinInterval), QuietWindow: time.Duration(c.QuietWindow), MaxResults: int(c.MaxResults),
		})
	}
}
