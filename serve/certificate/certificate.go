// Package certificate provides the certificate that the webhook serves with, and
// the bundle that the API server is to trust: of our own making, from
// cert-manager, or from files. All of it changes while requests come in, and none
// of them is dropped: a new authority is trusted before anything is signed by it,
// and an old one until nothing is.
package certificate

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/log"
)

// Source is where the serving certificate comes from.
type Source interface {
	// GetCertificate is for tls.Config: the certificate to serve with now. It is an
	// error that there is none, or none that is valid.
	GetCertificate(*tls.ClientHelloInfo) (*tls.Certificate, error)
	// Bundle is, in PEM, what a client is to trust: empty while it is not known.
	Bundle() []byte
	// Start follows the source until the context ends. Every replica runs it.
	Start(context.Context) error
	// Maintain does what only the leader does: rotate, and publish the bundle.
	Maintain(ctx context.Context, publish Publish) error
}

// Publish writes a bundle (PEM) to the webhook configurations. It returns once
// all of them have it, and does nothing where they have it already.
type Publish func(ctx context.Context, bundle []byte) error

// Keeper has the leader maintain a source. It is a manager.Runnable.
type Keeper struct {
	Source   Source
	Publish  Publish
	Interval time.Duration // between two looks
}

// NeedLeaderElection tells a manager that two keepers are one too many.
func (Keeper) NeedLeaderElection() bool { return true }

// Start maintains the source until the context ends. A failure is logged and made
// up for soon; that somebody else was faster is none.
func (k Keeper) Start(ctx context.Context) error {
	for {
		wait := k.Interval
		if err := k.Source.Maintain(ctx, k.Publish); err != nil && ctx.Err() == nil {
			wait = min(wait, 2*time.Second)
			if !apierrors.IsConflict(err) && !apierrors.IsAlreadyExists(err) {
				log.FromContext(ctx).Error(err, "certificates could not be maintained")
			}
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(wait):
		}
	}
}

var errNone = errors.New("no certificate yet")

// Expiry is when the certificate of a source ends, and when the last authority of
// its bundle does. What is not known is zero.
func Expiry(s Source) (leaf, ca time.Time) {
	if cert, err := s.GetCertificate(nil); err == nil {
		leaf = cert.Leaf.NotAfter
	}
	certs, _ := parseBundle(s.Bundle())
	for _, cert := range certs {
		if cert.NotAfter.After(ca) {
			ca = cert.NotAfter
		}
	}
	return leaf, ca
}

// Check says why a source has no certificate that holds now and that its bundle
// vouches for.
func Check(s Source, now time.Time) error {
	cert, err := s.GetCertificate(nil)
	if err != nil {
		return err
	}
	if !validAt(cert.Leaf, now) {
		return fmt.Errorf("certificate is valid from %s to %s, and it is %s", rfc3339(cert.Leaf.NotBefore), rfc3339(cert.Leaf.NotAfter), rfc3339(now))
	}
	bundle := s.Bundle()
	if len(bundle) == 0 {
		return nil
	}
	roots, between := x509.NewCertPool(), x509.NewCertPool()
	if !roots.AppendCertsFromPEM(bundle) {
		return errors.New("bundle holds no certificate")
	}
	for _, der := range cert.Certificate[1:] {
		if c, err := x509.ParseCertificate(der); err == nil {
			between.AddCert(c)
		}
	}
	if _, err := cert.Leaf.Verify(x509.VerifyOptions{Roots: roots, Intermediates: between, CurrentTime: now}); err != nil {
		return fmt.Errorf("certificate is not vouched for by the published bundle: %w", err)
	}
	return nil
}

func validAt(cert *x509.Certificate, now time.Time) bool {
	return !now.Before(cert.NotBefore) && now.Before(cert.NotAfter)
}

func rfc3339(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// parseBundle reads the certificates of a PEM bundle; what it could read comes
// back beside the error.
func parseBundle(bundle []byte) ([]*x509.Certificate, error) {
	var certs []*x509.Certificate
	var errs []error
	for {
		var block *pem.Block
		if block, bundle = pem.Decode(bundle); block == nil {
			return certs, errors.Join(errs...)
		}
		cert, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		certs = append(certs, cert)
	}
}

func encode(certs []*x509.Certificate) []byte {
	var out []byte
	for _, cert := range certs {
		out = append(out, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert.Raw})...)
	}
	return out
}
