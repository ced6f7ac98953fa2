package certificate

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Register exports when the certificate and its authority end, as it is when it
// is asked for. What is not known has expired.
func Register(to prometheus.Registerer, s Source) error {
	for name, expiry := range map[string]func() time.Time{
		"leaf": func() time.Time { leaf, _ := Expiry(s); return leaf },
		"ca":   func() time.Time { _, ca := Expiry(s); return ca },
	} {
		err := to.Register(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name:        "lotus_gate_certificate_expiry_timestamp_seconds",
			Help:        "When the serving certificate (leaf) and the authority it is trusted by (ca) expire.",
			ConstLabels: prometheus.Labels{"certificate": name},
		}, func() float64 {
			at := expiry()
			if at.IsZero() {
				return 0
			}
			return float64(at.Unix())
		}))
		if err != nil {
			return err
		}
	}
	return nil
}
