package refresh

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/lotus-lake/lotus-gate/mutate/rerun"
)

// Results of refreshes_total.
const (
	resultIssued    = "issued"
	resultProven    = "proven"
	resultSwallowed = "swallowed"
	resultBumped    = "bumped"
	resultRemoved   = "pod_removed"
	resultBlocked   = "blocked"
	resultDryRun    = "dry_run"
)

// Metrics of the refresh controller.
type Metrics struct {
	refreshes *prometheus.CounterVec
}

// NewMetrics registers them.
func NewMetrics(registerer prometheus.Registerer) *Metrics {
	m := &Metrics{refreshes: prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "lotus_gate_refreshes_total",
		Help: "Steps of Terraform refreshes by cause (revision, digest, inputs, source) and result (issued, proven, swallowed, bumped, pod_removed, blocked, dry_run).",
	}, []string{"cause", "result"})}
	registerer.MustRegister(m.refreshes)
	return m
}

func (m *Metrics) count(cause rerun.Cause, result string) {
	if m != nil {
		m.refreshes.WithLabelValues(string(cause), result).Inc()
	}
}
