package main

import (
	"bytes"
	"testing"
	"time"

	certmanagerv1 "github.com/cert-manager/cert-manager/pkg/apis/certmanager/v1"
	cmmeta "github.com/cert-manager/cert-manager/pkg/apis/meta/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/lotus-lake/lotus-gate/serve/certificate"
)

// TestCertManager has the real cert-manager issue the certificate, tell the API server
// of its authority, and renew both under requests, while clients connect anew all the
// time that trust what the configuration says. Nothing fails.
func TestCertManager(t *testing.T) {
	k := needCluster(t)
	if err := shared.cluster.StartCertManager(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if t.Failed() {
			t.Log(shared.cluster.Tail("certmanager"))
		}
	})
	own, lake := namespace(t, k, "gate"), namespace(t, k, "lake")
	service := balance(t)
	flags := []string{
		"--namespace", own, "--webhook-url", service.url(), "--webhook-configuration", own,
		"--certificates", "cert-manager", "--certificate-lifetime", "1h", "--ca-lifetime", "2h",
	}
	replicas := []*process{start(t, flags...), start(t, flags...)}
	service.add(replicas...)
	for _, p := range replicas {
		p.waitReady()
	}
	eventually(t, 30*time.Second, "admission", func() error { return mutated(t.Context(), k, lake) })

	l := startLoad(t, k, lake, 50)
	h := startHandshakes(t, k, own, replicas)
	authority := certificateOf(t, k, own, certificate.AuthorityName)
	renew(t, k, own, certificate.AuthorityName)
	eventually(t, 60*time.Second, "a new authority", func() error {
		if bytes.Equal(authority, certificateOf(t, k, own, certificate.AuthorityName)) {
			return errNotYet
		}
		return nil
	})
	for range 2 {
		serials := h.serials(t)
		renew(t, k, own, certificate.CertificateName)
		eventually(t, 60*time.Second, "renewal", func() error { return none(serials, h.serials(t)) })
		h.more(t, 20) // while requests go on
	}
	want := certificateOf(t, k, own, certificate.AuthorityName)
	eventually(t, 30*time.Second, "the new authority in the configuration", func() error {
		bundle, err := h.bundle()
		if err == nil && !bytes.Contains(bundle, bytes.TrimSpace(want)) { // the old one stays beside it until it expires
			err = errNotYet
		}
		return err
	})
	h.finish(t)
	l.finish(t)
}

// certificateOf is what cert-manager wrote into the Secret of a Certificate.
func certificateOf(t *testing.T, k client.Client, namespace, name string) []byte {
	t.Helper()
	secret := &corev1.Secret{}
	if err := k.Get(t.Context(), client.ObjectKey{Namespace: namespace, Name: name}, secret); err != nil {
		t.Fatal(err)
	}
	return secret.Data[corev1.TLSCertKey]
}

// renew asks as `cmctl renew` does.
func renew(t *testing.T, k client.Client, namespace, name string) {
	t.Helper()
	eventually(t, 10*time.Second, "ask for "+name, func() error {
		certificate := &certmanagerv1.Certificate{}
		if err := k.Get(t.Context(), client.ObjectKey{Namespace: namespace, Name: name}, certificate); err != nil {
			return err
		}
		now := metav1.Now()
		certificate.Status.Conditions = append(certificate.Status.Conditions, certmanagerv1.CertificateCondition{
			Type: certmanagerv1.CertificateConditionIssuing, Status: cmmeta.ConditionTrue, Reason: "ManuallyTriggered", Message: "by a test", LastTransitionTime: &now,
			ObservedGeneration: certificate.Generation,
		})
		return k.Status().Update(t.Context(), certificate)
	})
}
