// Package registry runs a real OCI registry on loopback for tests: over TLS, with an
// authority that nobody knows, and a login.
package registry

import (
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-containerregistry/pkg/registry"
)

// Registry is one at work. It ends with the test.
type Registry struct {
	Host        string // host:port
	CA          string // file with its certificate
	Credentials string // file in the format of Docker's config.json that it lets in

	// Instead, when it is set, may answer a request in the registry's place; it
	// reports whether it did.
	Instead atomic.Pointer[func(http.ResponseWriter, *http.Request) bool]

	server *httptest.Server
	mu     sync.Mutex
	asked  []string
}

const user, password, secretToken = "ada", "correct horse", "a-token-for-ada"

// Start starts a registry that wants a name and a password, or, with tokens, a token
// that it gives out for these.
func Start(t testing.TB, tokens bool) *Registry {
	t.Helper()
	r := &Registry{}
	content := registry.New(registry.Logger(log.New(io.Discard, "", 0)))
	r.server = httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		r.mu.Lock()
		r.asked = append(r.asked, q.Method+" "+q.URL.Path)
		r.mu.Unlock()
		if instead := r.Instead.Load(); instead != nil && (*instead)(w, q) {
			return
		}
		name, given, _ := q.BasicAuth()
		known := name == user && given == password
		switch {
		case tokens && q.URL.Path == "/token" && known:
			_ = json.NewEncoder(w).Encode(map[string]string{"token": secretToken})
		case tokens && q.Header.Get("Authorization") == "Bearer "+secretToken, !tokens && known:
			content.ServeHTTP(w, q)
		case tokens:
			w.Header().Set("WWW-Authenticate", fmt.Sprintf("Bearer realm=%q,service=%q", r.server.URL+"/token", "registry"))
			w.WriteHeader(http.StatusUnauthorized)
		default:
			w.Header().Set("WWW-Authenticate", `Basic realm="registry"`)
			w.WriteHeader(http.StatusUnauthorized)
		}
	}))
	t.Cleanup(r.server.Close)
	r.Host = strings.TrimPrefix(r.server.URL, "https://")
	dir := t.TempDir()
	r.CA, r.Credentials = filepath.Join(dir, "ca.crt"), filepath.Join(dir, "config.json")
	login, err := json.Marshal(map[string]any{"auths": map[string]any{r.Host: map[string]string{
		"auth": base64.StdEncoding.EncodeToString([]byte(user + ":" + password)),
	}}})
	if err != nil {
		t.Fatal(err)
	}
	certificate := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: r.server.Certificate().Raw})
	for name, text := range map[string][]byte{r.CA: certificate, r.Credentials: login} {
		if err := os.WriteFile(name, text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return r
}

// Ref is a reference to a tag or digest ("sha256:…") of a repository in it.
func (r *Registry) Ref(tag string) string {
	if strings.HasPrefix(tag, "sha256:") {
		return "oci://" + r.Host + "/lake/policies@" + tag
	}
	return "oci://" + r.Host + "/lake/policies:" + tag
}

// Asked lists the requests since it was asked last.
func (r *Registry) Asked() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	asked := r.asked
	r.asked = nil
	return asked
}

// Answer has it answer every request with a status from now on, or as usual with 0.
func (r *Registry) Answer(status int) {
	if status == 0 {
		r.Instead.Store(nil)
		return
	}
	answer := func(w http.ResponseWriter, _ *http.Request) bool {
		w.WriteHeader(status)
		return true
	}
	r.Instead.Store(&answer)
}
