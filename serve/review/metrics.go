package review

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Metrics counts reviews and the time they take.
type Metrics struct {
	requests *prometheus.CounterVec
	duration *prometheus.HistogramVec
}

// NewMetrics registers them.
func NewMetrics(registerer prometheus.Registerer) *Metrics {
	m := &Metrics{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "lotus_gate_requests_total",
			Help: "Admission reviews by webhook and result: allowed, warned, denied, error (no answer: the failure policy decided).",
		}, []string{"webhook", "result"}),
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "lotus_gate_request_duration_seconds",
			Help:    "Time to answer an admission review, from its first byte to its last.",
			Buckets: []float64{.0005, .001, .002, .004, .008, .016, .032, .064, .125, .25, .5, 1, 2, 4},
		}, []string{"webhook"}),
	}
	registerer.MustRegister(m.requests, m.duration)
	return m
}

func (m *Metrics) observe(webhook, result string, took time.Duration) {
	if m != nil {
		m.requests.WithLabelValues(webhook, result).Inc()
		m.duration.WithLabelValues(webhook).Observe(took.Seconds())
	}
}
