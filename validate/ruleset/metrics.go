package ruleset

import "github.com/prometheus/client_golang/prometheus"

// Metrics tell how loading goes. A nil *Metrics counts nothing.
type Metrics struct {
	loads  *prometheus.CounterVec
	info   *prometheus.GaugeVec
	failed prometheus.Gauge
}

// NewMetrics registers them.
func NewMetrics(registry prometheus.Registerer) *Metrics {
	m := &Metrics{
		loads: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "lotus_gate_policy_load_total", Help: "Policy sets read, by result: loaded or rejected.",
		}, []string{"result"}),
		info: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "lotus_gate_policy_info", Help: "1 for the revision of the policies that serve.",
		}, []string{"revision"}),
		failed: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "lotus_gate_policy_last_load_failed", Help: "1 while the policies as they are now cannot be used.",
		}),
	}
	for _, result := range []string{"loaded", "rejected"} {
		m.loads.WithLabelValues(result)
	}
	registry.MustRegister(m.loads, m.info, m.failed)
	return m
}

func (m *Metrics) loaded(ok bool) {
	switch {
	case m == nil:
	case ok:
		m.loads.WithLabelValues("loaded").Inc()
		m.failed.Set(0)
	default:
		m.loads.WithLabelValues("rejected").Inc()
		m.failed.Set(1)
	}
}

func (m *Metrics) serving(revision string) {
	if m == nil {
		return
	}
	m.info.Reset()
	m.info.WithLabelValues(revision).Set(1)
}
