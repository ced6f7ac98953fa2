package certificate

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// hammer makes new TLS connections to a server that a source serves, each
// trusting the bundle that is published when it is made, until it is told to stop.
type hammer struct {
	address string
	bundle  func() []byte
	now     func() time.Time

	still sync.RWMutex // held to move the clock further than a certificate lasts
	stop  chan struct{}
	group sync.WaitGroup
	good  atomic.Int64
	bad   atomic.Value
}

func startHammer(t *testing.T, get func(*tls.ClientHelloInfo) (*tls.Certificate, error), bundle func() []byte, now func() time.Time) *hammer {
	t.Helper()
	listener, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{MinVersion: tls.VersionTLS12, NextProtos: []string{"h2"}, GetCertificate: get})
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{ErrorLog: log.New(io.Discard, "", 0), Handler: http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}), ReadHeaderTimeout: time.Minute}
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() { _ = server.Close() })
	h := &hammer{address: listener.Addr().String(), bundle: bundle, now: now, stop: make(chan struct{})}
	for range 4 {
		h.group.Go(func() {
			for {
				select {
				case <-h.stop:
					return
				default:
				}
				if err := h.strike(); err != nil {
					h.bad.CompareAndSwap(nil, err)
				}
				h.good.Add(1)
			}
		})
	}
	return h
}

func (h *hammer) strike() error {
	h.still.RLock()
	defer h.still.RUnlock()
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(h.bundle())
	dialer := net.Dialer{Timeout: time.Minute}
	conn, err := tls.DialWithDialer(&dialer, "tcp", h.address, &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: roots, ServerName: "127.0.0.1", Time: h.now})
	if err != nil {
		return fmt.Errorf("at %s: %w", rfc3339(h.now()), err)
	}
	_ = conn.Close() // who closes first does not matter
	return nil
}

// wait lets so many more handshakes happen.
func (h *hammer) wait(n int64) {
	for until := h.good.Load() + n; h.good.Load() < until; {
		time.Sleep(time.Millisecond)
	}
}

func (h *hammer) finish(t *testing.T) {
	t.Helper()
	close(h.stop)
	h.group.Wait()
	if err := h.bad.Load(); err != nil {
		t.Errorf("a handshake failed: %v", err)
	}
	t.Logf("%d handshakes", h.good.Load())
}

// TestHandshakes renews leaves and rotates authorities under a client that makes
// one connection after the other.
func TestHandshakes(t *testing.T) {
	w := newWorld(t)
	leader, r := w.replica(), w.replica()
	w.maintain(leader)
	w.deliver(r)
	h := startHammer(t, r.GetCertificate, w.published, w.clock.Now)
	issuers := map[string]bool{}
	for range 3 {
		h.still.Lock()
		w.clock.add(2 * lifetime / 3)
		h.still.Unlock()
		for range 4 {
			w.maintain(leader)
			h.wait(10)
			w.deliver(r)
			issuers[issuer(t, r)] = true
			h.wait(10)
			h.still.Lock()
			w.clock.add(leafLife / 2)
			h.still.Unlock()
		}
	}
	h.finish(t)
	if len(issuers) != 4 {
		t.Errorf("%d authorities were seen, want 4", len(issuers))
	}
}
