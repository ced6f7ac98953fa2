package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/webhook"

	"github.com/lotus-lake/lotus-gate/serve/certificate"
)

// drained is a webhook server with the drain before a handler that answers when it
// is let.
type drained struct {
	drain   *drain
	url     string
	stop    context.CancelFunc
	ended   chan error
	entered chan struct{}
	leave   chan struct{}
	left    chan error // why the handler's context ended, when it did
	client  *http.Client
}

func serveDrained(t *testing.T, protocols []string) *drained {
	t.Helper()
	cert, roots := selfSigned(t)
	address := freePorts(t, 1)[0]
	host, port, _ := net.SplitHostPort(address)
	number, err := strconv.Atoi(port)
	if err != nil {
		t.Fatal(err)
	}
	d := &drained{drain: &drain{}, url: "https://" + address + "/x", ended: make(chan error, 1), entered: make(chan struct{}, 9), leave: make(chan struct{}), left: make(chan error, 9)}
	server := webhook.NewServer(webhook.Options{Host: host, Port: number, TLSOpts: []func(*tls.Config){func(c *tls.Config) {
		c.Certificates, c.GetCertificate = nil, func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return cert, nil }
	}}})
	server.Register("/x", d.drain.handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Slow") != "" {
			d.entered <- struct{}{}
			select {
			case <-d.leave:
			case <-r.Context().Done():
				d.left <- context.Cause(r.Context())
				return
			}
		}
		_, _ = io.WriteString(w, "done")
	})))
	ctx, cancel := context.WithCancel(t.Context())
	d.stop = cancel
	go func() { d.ended <- server.Start(ctx) }()
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots, NextProtos: protocols}, ForceAttemptHTTP2: len(protocols) == 0}
	d.client = &http.Client{Transport: transport}
	t.Cleanup(func() {
		cancel()
		transport.CloseIdleConnections()
	})
	eventually(t, 5*time.Second, "listening", func() error { _, err := d.ask(t, false); return err })
	return d
}

// ask gives the answer's protocol and whether its connection is closed with it.
func (d *drained) ask(t *testing.T, slow bool) (string, error) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, d.url, nil)
	if err != nil {
		t.Fatal(err)
	}
	if slow {
		request.Header.Set("Slow", "yes")
	}
	response, err := d.client.Do(request)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if response.Close {
		text = append(text, " and closed"...)
	}
	return response.Proto + " " + string(text), err
}

// TestStop: what is under way when the server stops is answered, with a context
// that lives, and the server ends when it is.
func TestStop(t *testing.T) {
	d := serveDrained(t, nil)
	answer := make(chan string, 1)
	go func() {
		text, err := d.ask(t, true)
		if err != nil {
			text = err.Error()
		}
		answer <- text
	}()
	<-d.entered
	d.drain.begin()
	d.stop()
	select {
	case err := <-d.left:
		t.Fatalf("the context of a request under way ended: %v", err)
	case err := <-d.ended:
		t.Fatalf("it ended with a request under way: %v", err)
	case <-time.After(300 * time.Millisecond):
	}
	close(d.leave)
	if got := <-answer; got != "HTTP/2.0 done" {
		t.Errorf("answer: %s", got)
	}
	if err := <-d.ended; err != nil {
		t.Error(err)
	}
}

// TestClientLeaves ends the work on its request.
func TestClientLeaves(t *testing.T) {
	d := serveDrained(t, nil)
	d.client.Timeout = 100 * time.Millisecond
	if _, err := d.ask(t, true); err == nil {
		t.Error("answered")
	}
	select {
	case err := <-d.left:
		if !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	case <-time.After(5 * time.Second):
		t.Error("work goes on for a client who left")
	}
}

// TestConnectionsClose: from the first answer of the drain on, clients connect
// anew, in either protocol.
func TestConnectionsClose(t *testing.T) {
	t.Run("HTTP/1.1", func(t *testing.T) {
		d := serveDrained(t, []string{"http/1.1"})
		before, err := d.ask(t, false)
		if err != nil || before != "HTTP/1.1 done" {
			t.Fatalf("before: %q, %v", before, err)
		}
		d.drain.begin()
		if after, err := d.ask(t, false); err != nil || after != "HTTP/1.1 done and closed" {
			t.Errorf("while it drains: %q, %v", after, err)
		}
	})
	t.Run("HTTP/2", func(t *testing.T) {
		d := serveDrained(t, nil)
		dials := 0
		transport, _ := d.client.Transport.(*http.Transport)
		transport.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
			dials++
			return (&net.Dialer{}).DialContext(ctx, network, address)
		}
		ask := func() {
			t.Helper()
			if text, err := d.ask(t, false); err != nil || text != "HTTP/2.0 done" {
				t.Fatalf("%q, %v", text, err)
			}
		}
		transport.CloseIdleConnections()
		for range 3 {
			ask()
		}
		if dials != 1 {
			t.Fatalf("%d connections before, want 1", dials)
		}
		d.drain.begin()
		for range 5 {
			ask()
			time.Sleep(50 * time.Millisecond) // the GOAWAY arrives
		}
		if dials != 5 {
			t.Errorf("%d connections, want 5: each answer sends the client away", dials)
		}
	})
}

// selfSigned is a certificate of an own authority for loopback.
func selfSigned(t *testing.T) (*tls.Certificate, *x509.CertPool) {
	t.Helper()
	cert, bundle := issued(t)
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(bundle)
	return cert, roots
}

func issued(t *testing.T) (cert *tls.Certificate, bundle []byte) {
	t.Helper()
	scheme, err := newScheme()
	if err != nil {
		t.Fatal(err)
	}
	own := certificate.NewOwn(certificate.OwnConfig{
		Client: fake.NewClientBuilder().WithScheme(scheme).Build(), Namespace: "tls", Hosts: []string{"127.0.0.1"}, Authority: 48 * time.Hour, Leaf: time.Hour, Now: time.Now,
	})
	if err := own.Maintain(t.Context(), func(context.Context, []byte) error { return nil }); err != nil {
		t.Fatal(err)
	}
	if cert, err = own.GetCertificate(nil); err != nil {
		t.Fatal(err)
	}
	return cert, own.Bundle()
}

// certificateFiles writes a certificate as --cert-dir wants it.
func certificateFiles(t *testing.T) string {
	t.Helper()
	cert, bundle := issued(t)
	key, err := x509.MarshalPKCS8PrivateKey(cert.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for name, text := range map[string][]byte{
		"tls.crt": pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert.Leaf.Raw}),
		"tls.key": pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key}),
		"ca.crt":  bundle,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}
