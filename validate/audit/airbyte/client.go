// Package airbyte reads what Airbyte has: its list endpoints and nothing else. It
// keeps ids and names; configurations become digests (package leaf), and no error
// quotes an answer or a credential.
package airbyte

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/lotus-lake/lotus-gate/validate/audit/leaf"
)

// Config says which server and workspace are read, and how.
type Config struct {
	URL         string // the server's root: /api/v1/… is appended
	Workspace   string // its id
	Credentials Credentials
	UserAgent   string
	Key         leaf.Key
	HTTP        *http.Client  // nil: one of its own
	Patience    time.Duration // what one list may take, with all that is tried again; 0: 5 minutes
	Wait        func(ctx context.Context, d time.Duration) error
}

// Client reads one workspace. It is safe for concurrent use.
type Client struct {
	config Config
	root   *url.URL
	http   *http.Client

	mu    sync.Mutex
	token string // of client credentials
}

// Bounds of one request.
const (
	patience    = 5 * time.Minute
	firstByte   = 60 * time.Second
	maxBody     = 1 << 30 // bytes of an answer; they are read as a stream
	maxObjects  = 500_000
	maxAttempts = 4
	maxWait     = 30 * time.Second // that a server may ask for
)

// New checks the configuration. Its errors are mistakes of whoever calls.
func New(config Config) (*Client, error) {
	root, err := url.Parse(config.URL)
	switch {
	case err != nil || root.Host == "" || root.Scheme != "http" && root.Scheme != "https":
		return nil, errors.New("the URL of Airbyte is not http(s)://host…")
	case root.User != nil:
		return nil, errors.New("the URL of Airbyte holds a password: set AIRBYTE_USERNAME and AIRBYTE_PASSWORD instead")
	case root.RawQuery != "" || root.Fragment != "":
		return nil, errors.New("the URL of Airbyte has a query: want the server's root")
	case strings.Contains(root.Path+"/", "/api/"):
		return nil, errors.New("the URL of Airbyte names its API: want the server's root, /api/v1/… is appended")
	case config.Workspace == "":
		return nil, errors.New("the id of the Airbyte workspace is missing")
	}
	if err := config.Credentials.check(); err != nil {
		return nil, err
	}
	if config.Wait == nil {
		config.Wait = wait
	}
	if config.Patience == 0 {
		config.Patience = patience
	}
	c := &Client{config: config, root: root, http: config.HTTP}
	if c.http == nil {
		transport := http.DefaultTransport.(*http.Transport).Clone()
		transport.ResponseHeaderTimeout = firstByte
		c.http = &http.Client{Transport: transport}
	}
	// A redirect is followed nowhere: it would carry credentials to where it says.
	copied := *c.http
	copied.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	c.http = &copied
	return c, nil
}

func wait(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}

// address is a path of the API.
func (c *Client) address(path string) string { return c.root.JoinPath("api/v1", path).String() }

// askedError is what became of one endpoint.
type askedError struct {
	endpoint string
	err      error
}

func (e *askedError) Error() string { return fmt.Sprintf("airbyte: %s: %v", e.endpoint, e.err) }

func (e *askedError) Unwrap() error { return e.err }
