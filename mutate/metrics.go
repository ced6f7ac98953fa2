package mutate

import "github.com/prometheus/client_golang/prometheus"

// Metrics of mutations.
type Metrics struct {
	mutations *prometheus.CounterVec
}

// NewMetrics registers them.
func NewMetrics(registerer prometheus.Registerer) *Metrics {
	m := &Metrics{mutations: prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "lotus_gate_mutations_total",
		Help: "Admission requests by resource and by what was done: patched, unchanged, or failed (allowed all the same; the controllers make up for it).",
	}, []string{"resource", "result"})}
	registerer.MustRegister(m.mutations)
	return m
}

func (m *Metrics) count(resource, result string) {
	if m != nil {
		m.mutations.WithLabelValues(resource, result).Inc()
	}
}
