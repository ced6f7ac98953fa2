package patrol

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Results of audit_rounds_total.
const (
	roundWhole  = "complete"
	roundPartly = "partial" // something could not be told
	roundFailed = "failed"
)

// Metrics tell how rounds go and what they find. A nil *Metrics counts nothing.
type Metrics struct {
	findings  *prometheus.GaugeVec
	objects   prometheus.Gauge
	undecided prometheus.Gauge
	rounds    *prometheus.CounterVec
	took      prometheus.Gauge
	last      prometheus.Gauge
}

// NewMetrics registers them.
func NewMetrics(registerer prometheus.Registerer) *Metrics {
	gauge := func(name, help string) prometheus.Gauge {
		return prometheus.NewGauge(prometheus.GaugeOpts{Name: "lotus_gate_audit_" + name, Help: help})
	}
	m := &Metrics{
		findings: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "lotus_gate_audit_findings", Help: "What the last audit found, by rule and result: fail, warn or dry-run.",
		}, []string{"rule", "result"}),
		objects:   gauge("objects", "Objects that the last audit judged by the rules on requests."),
		undecided: gauge("undecided", "What the last audit could not tell; reports say why."),
		rounds: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "lotus_gate_audit_rounds_total", Help: "Audits by result: complete, partial or failed.",
		}, []string{"result"}),
		took: gauge("duration_seconds", "How long the last audit took."),
		last: gauge("last_success_timestamp_seconds", "When the last audit ended that did not fail; 0 where none has."),
	}
	registerer.MustRegister(m.findings, m.objects, m.undecided, m.rounds, m.took, m.last)
	for _, result := range []string{roundWhole, roundPartly, roundFailed} {
		m.rounds.WithLabelValues(result)
	}
	return m
}

// went notes a round. One that failed leaves what is known of findings alone.
func (m *Metrics) went(r *round, err error, begun, ended time.Time) {
	if m == nil {
		return
	}
	if err != nil {
		m.rounds.WithLabelValues(roundFailed).Inc()
		return
	}
	result := roundWhole
	if len(r.gaps) > 0 {
		result = roundPartly
	}
	m.rounds.WithLabelValues(result).Inc()
	m.findings.Reset()
	for f, n := range r.counts {
		m.findings.WithLabelValues(f.rule, f.result).Set(float64(n))
	}
	m.objects.Set(float64(r.objects))
	m.undecided.Set(float64(len(r.gaps)))
	m.took.Set(ended.Sub(begun).Seconds())
	m.last.Set(float64(ended.Unix()))
}

// forget what was found: another replica goes the rounds.
func (m *Metrics) forget() {
	if m == nil {
		return
	}
	m.findings.Reset()
	for _, g := range []prometheus.Gauge{m.objects, m.undecided, m.took, m.last} {
		g.Set(0)
	}
}
