package rollout

import "github.com/prometheus/client_golang/prometheus"

// Metrics of this package. The nil one counts nothing.
type Metrics struct {
	rollouts *prometheus.CounterVec
	held     *prometheus.GaugeVec
	adopted  prometheus.Counter
	keyLost  prometheus.Counter
}

// NewMetrics registers them.
func NewMetrics(registerer prometheus.Registerer) *Metrics {
	m := &Metrics{
		rollouts: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "lotus_gate_rollouts_total",
			Help: "Workloads rolled out because a value they use changed (rolled), or that would have been (dry_run).",
		}, []string{"reason"}),
		held: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "lotus_gate_rollouts_held",
			Help: "Workloads that wait, by what they wait for.",
		}, []string{"reason"}),
		adopted: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "lotus_gate_adopted_total",
			Help: "Workloads whose baseline was written for the first time; none of them was rolled out.",
		}),
		keyLost: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "lotus_gate_key_lost_total",
			Help: "Workloads whose baseline was made with an installation key that is gone. A change meanwhile may have been missed.",
		}),
	}
	registerer.MustRegister(m.rollouts, m.held, m.adopted, m.keyLost)
	for _, reason := range []string{"rolled", "dry_run"} {
		m.rollouts.WithLabelValues(reason)
	}
	for _, reason := range []hold{holdQuiet, holdBudget, holdInterval, holdBreaker, holdPace, holdRefused} {
		m.held.WithLabelValues(string(reason))
	}
	return m
}

func (m *Metrics) rolled(reason string) {
	if m != nil {
		m.rollouts.WithLabelValues(reason).Inc()
	}
}

func (m *Metrics) hold(reason hold, delta float64) {
	if m != nil && reason != "" {
		m.held.WithLabelValues(string(reason)).Add(delta)
	}
}

func (m *Metrics) adopt() {
	if m != nil {
		m.adopted.Inc()
	}
}

func (m *Metrics) lost() {
	if m != nil {
		m.keyLost.Inc()
	}
}
