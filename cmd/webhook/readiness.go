package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"time"

	admissionv1 "k8s.io/api/admission/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/cache"

	"github.com/lotus-lake/lotus-gate/mutate/digest"
	"github.com/lotus-lake/lotus-gate/serve/certificate"
)

// check is one condition of readiness. It returns what is worth knowing when it is
// met.
type check struct {
	name string
	ask  func(context.Context) (string, error)
}

// readiness answers /readyz: 200 when all conditions are met, else 503; a line for
// each either way.
type readiness []check

func (checks readiness) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), 5*time.Second)
	defer cancel()
	var lines bytes.Buffer
	status := http.StatusOK
	for _, c := range checks {
		detail, err := c.ask(ctx)
		if err != nil {
			status = http.StatusServiceUnavailable
			fmt.Fprintf(&lines, "[-] %s: %v\n", c.name, err)
			continue
		}
		if detail != "" {
			detail = ": " + detail
		}
		fmt.Fprintf(&lines, "[+] %s%s\n", c.name, detail)
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(lines.Bytes())
}

// selfCall asks the webhook what the API server would, over a TLS connection of
// its own, trusting nothing but the bundle that is published.
type selfCall struct {
	host    string // of --bind-address
	port    int
	name    string // that the certificate is for
	path    string
	bundle  func() []byte
	present func(*tls.ClientHelloInfo) (*tls.Certificate, error)
}

func (s selfCall) ask(ctx context.Context) (string, error) {
	roots := x509.NewCertPool()
	if bundle := s.bundle(); len(bundle) > 0 {
		roots.AppendCertsFromPEM(bundle)
	} else if cert, err := s.present(nil); err == nil { // nobody tells us who vouches for it
		roots.AddCert(cert.Leaf)
	}
	host := s.host
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
		if ip != nil && ip.To4() == nil {
			host = "::1"
		}
	}
	client := &http.Client{Transport: &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: roots, ServerName: s.name, MinVersion: tls.VersionTLS12}, DisableKeepAlives: true, ForceAttemptHTTP2: true,
	}}
	body, err := json.Marshal(admissionv1.AdmissionReview{
		TypeMeta: metav1.TypeMeta{APIVersion: "admission.k8s.io/v1", Kind: "AdmissionReview"},
		Request:  &admissionv1.AdmissionRequest{UID: "readiness", Operation: admissionv1.Connect, Resource: metav1.GroupVersionResource{Group: "lotus-gate.dev", Version: "v1", Resource: "readiness"}},
	})
	if err != nil {
		return "", err
	}
	url := "https://" + net.JoinHostPort(host, strconv.Itoa(s.port)) + s.path
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return "", err
	}
	request.Header.Set("Content-Type", "application/json")
	began := time.Now()
	response, err := client.Do(request)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(io.LimitReader(response.Body, 1<<16))
	if err != nil {
		return "", err
	}
	var review admissionv1.AdmissionReview
	switch {
	case response.StatusCode != http.StatusOK:
		return "", fmt.Errorf("HTTP %d", response.StatusCode)
	case json.Unmarshal(text, &review) != nil || review.Response == nil:
		return "", errors.New("the answer is no AdmissionReview")
	case review.Response.UID != "readiness" || !review.Response.Allowed:
		return "", errors.New("the answer is not what was asked for")
	}
	return time.Since(began).Round(time.Millisecond).String(), nil
}

// inStep fails while the cache is behind at the start.
func inStep(ctx context.Context, c cache.Cache) error {
	ctx, cancel := context.WithTimeout(ctx, 100*time.Millisecond)
	defer cancel()
	if !c.WaitForCacheSync(ctx) {
		return errors.New("caches are not in step yet")
	}
	return nil
}

// validUntil fails unless the certificate holds now.
func validUntil(s certificate.Source) (string, error) {
	if err := certificate.Check(s, time.Now()); err != nil {
		return "", err
	}
	leaf, _ := certificate.Expiry(s)
	return "until " + leaf.UTC().Format(time.RFC3339), nil
}

// known fails before the installation key was read.
func known(ring digest.Keyring) (string, error) {
	if ring.Current == "" {
		return "", errors.New("not read yet")
	}
	return ring.Current, nil
}
