package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"os/exec"
	"slices"
	"sync"
	"testing"
	"time"

	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// TestRotation rotates the certificate authority of two replicas under requests,
// twice, and lets their certificates be renewed, while clients connect anew all
// the time that trust what the configuration says. Nothing fails.
func TestRotation(t *testing.T) {
	k := needCluster(t)
	own, lake := namespace(t, k, "gate"), namespace(t, k, "lake")
	service := balance(t)
	flags := []string{
		"--namespace", own, "--webhook-url", service.url(), "--webhook-configuration", own, "--drain-delay", "1s",
		"--certificate-lifetime", "1m", "--ca-lifetime", "10m", "--ca-settle", "3s",
	}
	replicas := []*process{start(t, flags...), start(t, flags...)}
	service.add(replicas...)
	for _, p := range replicas {
		p.waitReady()
	}
	eventually(t, 10*time.Second, "admission", func() error { return mutated(t.Context(), k, lake) })

	l := startLoad(t, k, lake, 50)
	h := startHandshakes(t, k, own, replicas)
	seen := map[string]bool{}
	for range 2 {
		before := h.issuers(t)
		out, err := exec.CommandContext(t.Context(), shared.binary, "rotate-ca", "--kubeconfig", shared.cluster.Kubeconfig(), "--namespace", own, "--ca-lifetime", "10m", "--certificate-lifetime", "1m").CombinedOutput()
		if err != nil {
			t.Fatalf("rotate-ca: %v\n%s", err, out)
		}
		eventually(t, 30*time.Second, "the new authority signs", func() error { return none(before, h.issuers(t)) })
		for name := range h.issuers(t) {
			seen[name] = true
		}
		// The API server connects anew, to a certificate by the new authority.
		h.use(replicas[1:])
		replicas[0].terminate()
		replicas[0].wait()
		replicas[0] = start(t, flags...)
		service.add(replicas[0])
		replicas[0].waitReady()
		h.use(replicas)
	}
	if len(seen) != 2 {
		t.Errorf("authorities seen: %v", seen)
	}
	serials := h.serials(t)
	eventually(t, 60*time.Second, "renewal", func() error { return none(serials, h.serials(t)) })
	h.finish(t)
	l.finish(t)
}

// handshakes connect to replicas all the time, trusting the configuration's
// bundle.
type handshakes struct {
	k     client.Client
	name  string
	stop  chan struct{}
	parts sync.WaitGroup

	mu       sync.Mutex
	replicas []*process
	good     int
	bad      []string
}

func startHandshakes(t *testing.T, k client.Client, name string, replicas []*process) *handshakes {
	t.Helper()
	h := &handshakes{k: k, name: name, stop: make(chan struct{})}
	h.use(replicas)
	h.parts.Go(func() {
		for {
			select {
			case <-h.stop:
				return
			case <-time.After(20 * time.Millisecond):
			}
			bundle, err := h.bundle()
			if err != nil {
				h.note(err)
				continue
			}
			time.Sleep(100 * time.Millisecond) // an API server hears of it later
			h.mu.Lock()
			all := append([]*process(nil), h.replicas...)
			h.mu.Unlock()
			for _, p := range all {
				_, err := shake(p.address, bundle)
				if !h.uses(p) {
					continue // it has ended meanwhile
				}
				h.note(err)
			}
		}
	})
	return h
}

func (h *handshakes) use(replicas []*process) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.replicas = append([]*process(nil), replicas...)
}

func (h *handshakes) uses(p *process) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Contains(h.replicas, p)
}

func (h *handshakes) note(err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if err != nil {
		h.bad = append(h.bad, err.Error())
		return
	}
	h.good++
}

func (h *handshakes) bundle() ([]byte, error) {
	var c admissionregistrationv1.MutatingWebhookConfiguration
	if err := h.k.Get(context.Background(), client.ObjectKey{Name: h.name}, &c); err != nil {
		return nil, err
	}
	return c.Webhooks[0].ClientConfig.CABundle, nil
}

func (h *handshakes) each(t *testing.T, what func(*x509.Certificate) string) map[string]bool {
	t.Helper()
	bundle, err := h.bundle()
	if err != nil {
		t.Fatal(err)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	all := map[string]bool{}
	for _, p := range h.replicas {
		cert, err := shake(p.address, bundle)
		if err != nil {
			t.Fatal(err)
		}
		all[what(cert)] = true
	}
	return all
}

func (h *handshakes) issuers(t *testing.T) map[string]bool {
	return h.each(t, func(c *x509.Certificate) string { return c.Issuer.CommonName })
}

func (h *handshakes) serials(t *testing.T) map[string]bool {
	return h.each(t, func(c *x509.Certificate) string { return c.SerialNumber.String() })
}

// none of what was before is there any more.
func none(before, now map[string]bool) error {
	for what := range now {
		if before[what] {
			return errNotYet
		}
	}
	return nil
}

// more waits for so many more handshakes.
func (h *handshakes) more(t *testing.T, n int) {
	t.Helper()
	count := func() int {
		h.mu.Lock()
		defer h.mu.Unlock()
		return h.good + len(h.bad)
	}
	until := count() + n
	eventually(t, 60*time.Second, "more handshakes", func() error {
		if count() < until {
			return errNotYet
		}
		return nil
	})
}

func (h *handshakes) finish(t *testing.T) {
	t.Helper()
	close(h.stop)
	h.parts.Wait()
	t.Logf("%d handshakes, %d failed", h.good, len(h.bad))
	for _, text := range h.bad {
		t.Error(text)
	}
}

// shake connects, and gives the certificate that was served.
func shake(address string, bundle []byte) (*x509.Certificate, error) {
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(bundle)
	dialer := net.Dialer{Timeout: 30 * time.Second}
	conn, err := tls.DialWithDialer(&dialer, "tcp", address, &tls.Config{RootCAs: roots, ServerName: "127.0.0.1", MinVersion: tls.VersionTLS12})
	if err != nil {
		return nil, fmt.Errorf("connect to %s: %w", address, err)
	}
	defer conn.Close()
	return conn.ConnectionState().PeerCertificates[0], nil
}
