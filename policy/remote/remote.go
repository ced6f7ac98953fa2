// Package remote fetches and publishes policy bundles: in OCI registries, over HTTP(S)
// and in git. It believes nothing that it is told: sizes and times are bounded, and
// whether a bundle may be used is for package bundle to say.
package remote

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"time"

	"oras.land/oras-go/v2/registry/remote/auth"
	"oras.land/oras-go/v2/registry/remote/credentials"
)

// Config says how bundles are reached. The zero value does for public ones.
type Config struct {
	Credentials string        // file in the format of Docker's config.json, read anew each time; "" for none
	Docker      bool          // without Credentials: those of the user's `docker login`, which may run credential helpers
	CA          string        // file of certificates in PEM, trusted besides the system's; "" for none
	Timeout     time.Duration // for one fetch or push as a whole; 0 is 30 s
	UserAgent   string
}

// Client fetches and publishes bundles. It is safe for concurrent use.
type Client struct {
	config Config
	http   *http.Client
}

// Fetched is what a reference stands for now.
type Fetched struct {
	Archive []byte // nil when it is still the known version
	Version string // a manifest's digest, an ETag or a commit, to be given as known next time; "" when the server tells none
}

// New reads the certificates.
func New(config Config) (*Client, error) {
	config.Timeout = cmp.Or(config.Timeout, 30*time.Second)
	transport := &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		DialContext:            (&net.Dialer{Timeout: 10 * time.Second}).DialContext,
		TLSHandshakeTimeout:    10 * time.Second,
		ResponseHeaderTimeout:  20 * time.Second,
		MaxResponseHeaderBytes: 64 << 10,
		DisableCompression:     true, // an archive is compressed already
		ForceAttemptHTTP2:      true,
		IdleConnTimeout:        30 * time.Second,
		MaxIdleConnsPerHost:    2,
	}
	if config.CA != "" {
		text, err := os.ReadFile(config.CA)
		if err != nil {
			return nil, fmt.Errorf("read certificates: %w", err)
		}
		roots, err := x509.SystemCertPool()
		if err != nil {
			roots = x509.NewCertPool()
		}
		if !roots.AppendCertsFromPEM(text) {
			return nil, fmt.Errorf("%s: holds no certificate in PEM", config.CA)
		}
		transport.TLSClientConfig = &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}
	}
	return &Client{config: config, http: &http.Client{Transport: transport, CheckRedirect: follow}}, nil
}

// follow keeps a redirect from leading out of TLS.
func follow(next *http.Request, via []*http.Request) error {
	switch {
	case len(via) >= 5:
		return errors.New("more than 5 redirects")
	case via[len(via)-1].URL.Scheme == "https" && next.URL.Scheme != "https":
		return fmt.Errorf("redirected from HTTPS to %s", next.URL.Scheme)
	}
	return nil
}

// Fetch gets a bundle unless it is still the known version ("" to get it anyway).
func (c *Client) Fetch(ctx context.Context, ref Ref, known string) (Fetched, error) {
	ctx, cancel := context.WithTimeout(ctx, c.config.Timeout)
	defer cancel()
	var fetched Fetched
	var err error
	switch ref.over {
	case overOCI:
		fetched, err = c.fetchOCI(ctx, ref, known)
	case overHTTP:
		fetched, err = c.fetchHTTP(ctx, ref, known)
	default:
		fetched, err = c.fetchGit(ctx, ref, known)
	}
	if err != nil {
		return Fetched{}, fmt.Errorf("fetch %s: %w", ref, c.explain(ctx, err))
	}
	return fetched, nil
}

// Push publishes an archive. It returns what was published: a manifest's digest or a
// commit; "" over HTTP. revision is told to registries and in git's log.
func (c *Client) Push(ctx context.Context, ref Ref, archive []byte, revision string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, c.config.Timeout)
	defer cancel()
	var version string
	var err error
	switch ref.over {
	case overOCI:
		version, err = c.pushOCI(ctx, ref, archive, revision)
	case overHTTP:
		err = c.pushHTTP(ctx, ref, archive)
	default:
		version, err = c.pushGit(ctx, ref, archive, revision)
	}
	if err != nil {
		return "", fmt.Errorf("push to %s: %w", ref, c.explain(ctx, err))
	}
	return version, nil
}

// credential finds what to log in to a host with.
func (c *Client) credential(ctx context.Context, host string) (auth.Credential, error) {
	var store credentials.Store
	var err error
	switch {
	case c.config.Credentials != "":
		if _, err := os.Stat(c.config.Credentials); err != nil {
			return auth.EmptyCredential, fmt.Errorf("read credentials: %w", err)
		}
		store, err = credentials.NewFileStore(c.config.Credentials)
	case c.config.Docker:
		store, err = credentials.NewStoreFromDocker(credentials.StoreOptions{})
	default:
		return auth.EmptyCredential, nil
	}
	if err != nil {
		return auth.EmptyCredential, fmt.Errorf("read credentials: %w", err)
	}
	return credentials.Credential(store)(ctx, host)
}
