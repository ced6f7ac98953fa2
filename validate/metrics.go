package validate

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/lotus-lake/lotus-gate/policy"
)

// Metrics counts decisions.
type Metrics struct {
	decisions *prometheus.CounterVec
}

// NewMetrics registers them.
func NewMetrics(registerer prometheus.Registerer) *Metrics {
	m := &Metrics{decisions: prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "lotus_gate_decisions_total",
		Help: "Findings on admission requests by rule and what became of them: deny, warn, dry-run, break-glass.",
	}, []string{"rule", "action"})}
	registerer.MustRegister(m.decisions)
	return m
}

func (m *Metrics) decided(rule string, action policy.Action) {
	if m != nil {
		m.decisions.WithLabelValues(rule, string(action)).Inc()
	}
}
