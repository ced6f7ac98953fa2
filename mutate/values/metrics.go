package values

import "github.com/prometheus/client_golang/prometheus"

// Metrics of the table of digests.
type Metrics struct {
	cache *prometheus.CounterVec
}

// NewMetrics registers them.
func NewMetrics(registerer prometheus.Registerer) *Metrics {
	m := &Metrics{cache: prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "lotus_gate_hash_cache_total",
		Help: "Digests that the table knew when the metadata alone was read (hit) or nothing was (known), and that a whole object was read for (miss).",
	}, []string{"result"})}
	registerer.MustRegister(m.cache)
	return m
}

func (m *Metrics) count(result string, n int) {
	if m != nil && n > 0 {
		m.cache.WithLabelValues(result).Add(float64(n))
	}
}
