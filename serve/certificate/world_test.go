package certificate

import (
	"bytes"
	"context"
	"crypto/x509"
	"fmt"
	"sync"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
)

var epoch = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

const (
	day      = 24 * time.Hour
	lifetime = 360 * day
	leafLife = day
	settle   = 5 * time.Minute
	host     = "lotus-gate.lotus-gate-system.svc"
)

// clock is a time that tests move, either way.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// world is a Secret, replicas that use it, and what the configurations say.
type world struct {
	t         *testing.T
	clock     *clock
	client    client.Client
	authority time.Duration // life

	mu     sync.Mutex
	bundle []byte // in the webhook configurations
	writes int
}

func newWorld(t *testing.T) *world {
	t.Helper()
	scheme := runtime.NewScheme()
	if err := corev1.AddToScheme(scheme); err != nil {
		t.Fatal(err)
	}
	return &world{t: t, clock: &clock{now: epoch}, authority: lifetime, client: fake.NewClientBuilder().WithScheme(scheme).Build()}
}

func (w *world) replica() *Own {
	return NewOwn(OwnConfig{
		Client: w.client, Namespace: "lotus-gate-system", Hosts: []string{host, "127.0.0.1"},
		Authority: w.authority, Leaf: leafLife, Settle: settle, Now: w.clock.Now,
	})
}

func (w *world) publish(_ context.Context, bundle []byte) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !bytes.Equal(w.bundle, bundle) {
		w.bundle = bundle
		w.writes++
	}
	return nil
}

func (w *world) published() []byte {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.bundle
}

func (w *world) maintain(leader *Own) {
	w.t.Helper()
	if err := leader.Maintain(w.t.Context(), w.publish); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) secret() *corev1.Secret {
	w.t.Helper()
	secret := &corev1.Secret{}
	if err := w.client.Get(w.t.Context(), client.ObjectKey{Namespace: "lotus-gate-system", Name: SecretName}, secret); err != nil {
		w.t.Fatal(err)
	}
	return secret
}

// deliver does what the informer does.
func (w *world) deliver(replicas ...*Own) {
	secret := w.secret()
	for _, r := range replicas {
		r.take(w.t.Context(), secret)
	}
}

// served is what a client that trusts the bundle would say of a replica.
func served(r *Own, bundle []byte, now time.Time) error {
	cert, err := r.GetCertificate(nil)
	if err != nil {
		return err
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(bundle)
	if _, err := cert.Leaf.Verify(x509.VerifyOptions{Roots: roots, CurrentTime: now, DNSName: host}); err != nil {
		return fmt.Errorf("leaf %s to %s by %q at %s: %w", rfc3339(cert.Leaf.NotBefore), rfc3339(cert.Leaf.NotAfter), cert.Leaf.Issuer.CommonName, rfc3339(now), err)
	}
	return nil
}

func issuer(t *testing.T, r *Own) string {
	t.Helper()
	cert, err := r.GetCertificate(nil)
	if err != nil {
		t.Fatal(err)
	}
	return cert.Leaf.Issuer.CommonName
}
