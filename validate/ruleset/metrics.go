package ruleset

import "github.com/prometheus/client_golang/prometheus"

// Metrics tell how loading goes. A nil *Metrics counts nothing.
type Metrics struct {
	loads  *prometheus.CounterVec
	info   *prometheus.GaugeVec
	failed prometheus.Gauge

	fetches        *prometheus.CounterVec
	bundles        *prometheus.GaugeVec
	bundleFailures *prometheus.GaugeVec
	answered       *prometheus.GaugeVec
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
	m.fetches = prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "lotus_gate_bundle_fetch_total", Help: "Looks at published bundles, by result: fetched, unchanged, refused or failed.",
	}, []string{"bundle", "result"})
	m.bundles = prometheus.NewGaugeVec(prometheus.GaugeOpts{
		Name: "lotus_gate_bundle_info", Help: "1 for the revision of each bundle that serves, and the digest of its archive.",
	}, []string{"bundle", "revision", "digest"})
	m.bundleFailures = prometheus.NewGaugeVec(prometheus.GaugeOpts{
		Name: "lotus_gate_bundle_failed", Help: "1 while what is published cannot be had or may not be used.",
	}, []string{"bundle"})
	m.answered = prometheus.NewGaugeVec(prometheus.GaugeOpts{
		Name: "lotus_gate_bundle_last_success_timestamp_seconds", Help: "When it was last known that the newest usable bundle is the published one.",
	}, []string{"bundle"})
	for _, result := range []string{"loaded", "rejected"} {
		m.loads.WithLabelValues(result)
	}
	registry.MustRegister(m.loads, m.info, m.failed, m.fetches, m.bundles, m.bundleFailures, m.answered)
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

func (m *Metrics) fetched(bundle, result string) {
	if m != nil {
		m.fetches.WithLabelValues(bundle, result).Inc()
	}
}

func (m *Metrics) bundleFailed(bundle string, failed bool) {
	switch {
	case m == nil:
	case failed:
		m.bundleFailures.WithLabelValues(bundle).Set(1)
	default:
		m.bundleFailures.WithLabelValues(bundle).Set(0)
		m.answered.WithLabelValues(bundle).SetToCurrentTime()
	}
}

func (m *Metrics) bundle(name, revision, digest string) {
	if m != nil {
		m.bundles.DeletePartialMatch(prometheus.Labels{"bundle": name})
		m.bundles.WithLabelValues(name, revision, digest).Set(1)
	}
}
