package main

import (
	"time"

	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/lotus-lake/lotus-gate/serve/certificate"
)

// newCertificates makes the source that --certificates names.
func newCertificates(o *options, config *rest.Config, live client.Client) (certificate.Source, error) {
	switch o.certificates {
	case certificatesFiles:
		files, err := certificate.NewFiles(o.certDir, 10*time.Second)
		if err != nil {
			return nil, usageError{err}
		}
		return files, nil
	case certificatesCertManager:
		issuer, err := o.issuerRef()
		if err != nil {
			return nil, usageError{err}
		}
		return certificate.NewCertManager(certificate.CertManagerConfig{
			REST: config, Client: live, Namespace: o.namespace, Hosts: o.hosts(), Issuer: issuer, Authority: o.caLife, Leaf: o.leafLife,
		}), nil
	}
	return newOwn(o, config, live), nil
}

func newOwn(o *options, config *rest.Config, live client.Client) *certificate.Own {
	return certificate.NewOwn(certificate.OwnConfig{
		REST: config, Client: live, Namespace: o.namespace, Hosts: o.hosts(), Authority: o.caLife, Leaf: o.leafLife, Settle: o.caSettle, Now: time.Now,
	})
}
