// Package receiver pokes a Receiver of Flux's notification-controller, of the type
// generic-hmac, so that its GitRepository looks at once. What is signed and how was
// read in notification-controller's internal/server and api/v1.
package receiver

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Header carries the signature: sha256=<hex of the HMAC of the body under the token>.
const Header = "X-Signature"

// Bounds of one poke.
const (
	attempts = 3
	pause    = 300 * time.Millisecond // before the second attempt; then twice that
	maxBody  = 64 << 10               // bytes that are read of an answer, and thrown away
	// MaxUpdates are the refs that a poke names; a Receiver needs none of them.
	MaxUpdates = 100
)

// Update is one ref of a push. A Receiver's resourceFilter may look at them.
type Update struct {
	Ref    string `json:"ref"`
	Before string `json:"before"`
	After  string `json:"after"`
}

// Config says where the Receiver is. The path of its address lets anybody in who knows
// it, and Token signs: neither is ever in an error.
type Config struct {
	URL       string // with the path /hook/…, or the root when Name is given
	Name      string // of the Receiver, namespace/name; "" when URL has the path
	Token     []byte
	UserAgent string
}

// Receiver can be poked.
type Receiver struct {
	address *url.URL
	config  Config
	client  http.Client
}

// New checks a configuration; its errors are mistakes of whoever calls.
func New(c Config) (*Receiver, error) {
	address, err := url.Parse(c.URL)
	if err != nil || address.Scheme != "http" && address.Scheme != "https" || address.Host == "" {
		return nil, errors.New("the Receiver's address is no http:// or https:// address")
	}
	if address.User != nil {
		return nil, errors.New("the Receiver's address holds a user or password: a Receiver takes none")
	}
	if len(c.Token) == 0 {
		return nil, errors.New("the Receiver's token is empty")
	}
	if c.Name != "" {
		namespace, name, ok := strings.Cut(c.Name, "/")
		if !ok || namespace == "" || name == "" || strings.Contains(name, "/") {
			return nil, fmt.Errorf("the Receiver's name %q: want namespace/name", c.Name)
		}
		address.Path = strings.TrimSuffix(address.Path, "/") + Path(c.Token, namespace, name)
	}
	if !strings.Contains(address.Path, "/hook/") {
		return nil, errors.New("the Receiver's address has no path /hook/…: take it from the Receiver's status.webhookPath, or name the Receiver")
	}
	r := &Receiver{address: address, config: c}
	r.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return r, nil
}

// Path of a Receiver, as notification-controller makes it.
func Path(token []byte, namespace, name string) string {
	sum := sha256.Sum256([]byte(string(token) + name + namespace))
	return "/hook/" + hex.EncodeToString(sum[:])
}

// Sign is the value of Header for a body.
func Sign(token, body []byte) string {
	mac := hmac.New(sha256.New, token)
	mac.Write(body)
	return "sha256=" + hex.EncodeToString(mac.Sum(nil))
}

// Poke asks for a look, again where a second try may help, until ctx ends.
func (r *Receiver) Poke(ctx context.Context, updates []Update) error {
	body, err := json.Marshal(map[string]any{"updates": updates[:min(len(updates), MaxUpdates)]})
	if err != nil {
		return fmt.Errorf("poke Receiver: %w", err)
	}
	for attempt := 1; ; attempt++ {
		again, err := r.poke(ctx, body)
		if err == nil || !again || attempt == attempts {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(pause << (attempt - 1)):
		}
	}
}

// poke once; again says whether another try may help.
func (r *Receiver) poke(ctx context.Context, body []byte) (again bool, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, r.address.String(), bytes.NewReader(body))
	if err != nil {
		return false, errors.New("the Receiver's address cannot be asked")
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("User-Agent", r.config.UserAgent)
	request.Header.Set(Header, Sign(r.config.Token, body))
	response, err := r.client.Do(request)
	if err != nil {
		return true, fmt.Errorf("the Receiver at %s: %w", r.address.Host, reason(err))
	}
	defer response.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(response.Body, maxBody))
	if response.StatusCode == http.StatusOK {
		return false, nil
	}
	return response.StatusCode >= 500, fmt.Errorf("the Receiver at %s answers HTTP %d%s", r.address.Host, response.StatusCode, meaning(response.StatusCode))
}

// reason is what went wrong without the address, which the HTTP client puts into its
// errors.
func reason(err error) error {
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		err = wrapped.Err
	}
	var timeout net.Error
	if errors.Is(err, context.DeadlineExceeded) || errors.As(err, &timeout) && timeout.Timeout() {
		return errors.New("no answer in time")
	}
	return err
}

// meaning of notification-controller's answers, which have no body.
func meaning(status int) string {
	switch status {
	case http.StatusBadRequest:
		return ": it does not take the signature; the token is another one, or its type is not generic-hmac"
	case http.StatusNotFound:
		return ": there is no such path; compare with the Receiver's status.webhookPath, which changes with its token"
	case http.StatusServiceUnavailable:
		return ": the Receiver is suspended or not ready"
	case http.StatusInternalServerError:
		return ": notification-controller could not ask one of spec.resources; its log says which"
	}
	if status >= 300 && status < 400 {
		return ": it sends elsewhere, and signed requests are not sent on"
	}
	return ""
}
