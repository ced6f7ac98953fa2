package remote_test

import (
	"bytes"
	"encoding/pem"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lotus-lake/lotus-gate/policy/bundle"
	"github.com/lotus-lake/lotus-gate/policy/remote"
)

// webServer keeps what is PUT into it, as WebDAV does, for who logs in.
func webServer(t *testing.T) (server *httptest.Server, config remote.Config, instead *atomic.Pointer[http.HandlerFunc]) {
	t.Helper()
	dir := t.TempDir()
	instead = &atomic.Pointer[http.HandlerFunc]{}
	server = httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		name, password, _ := q.BasicAuth()
		file := filepath.Join(dir, filepath.Base(q.URL.Path))
		switch handler := instead.Load(); {
		case handler != nil:
			(*handler)(w, q)
		case name != "ada" || password != "correct horse":
			w.WriteHeader(http.StatusUnauthorized)
		case q.Method == http.MethodPut:
			text, err := io.ReadAll(q.Body)
			if err == nil {
				err = os.WriteFile(file, text, 0o600)
			}
			if err != nil {
				t.Error(err)
			}
			w.WriteHeader(http.StatusCreated)
		default:
			text, err := os.ReadFile(file)
			if err != nil {
				w.WriteHeader(http.StatusNotFound)
				return
			}
			tag := `"` + string(rune('a'+len(text)%26)) + `"`
			w.Header().Set("ETag", tag)
			if q.Header.Get("If-None-Match") == tag {
				w.WriteHeader(http.StatusNotModified)
				return
			}
			_, _ = w.Write(text)
		}
	}))
	t.Cleanup(server.Close)
	config = remote.Config{CA: filepath.Join(dir, "ca"), Credentials: filepath.Join(dir, "config"), Timeout: time.Second}
	login := `{"auths": {"` + strings.TrimPrefix(server.URL, "https://") + `": {"username": "ada", "password": "correct horse"}}}`
	for name, text := range map[string][]byte{config.CA: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}), config.Credentials: []byte(login)} {
		if err := os.WriteFile(name, text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return server, config, instead
}

// TestWeb carries a bundle to and from a web server, and asks by ETag what is new.
func TestWeb(t *testing.T) {
	server, config, _ := webServer(t)
	client, one := newClient(t, config), archive(t, "one")
	ref := parse(t, server.URL+"/policies/bundle.tar.gz")
	if _, err := client.Push(t.Context(), ref, one, "r1"); err != nil {
		t.Fatal(err)
	}
	got, err := client.Fetch(t.Context(), ref, "")
	if err != nil || !bytes.Equal(got.Archive, one) || got.Version == "" {
		t.Fatalf("Fetch = %+v, %v", got, err)
	}
	if again, err := client.Fetch(t.Context(), ref, got.Version); err != nil || cmp.Diff(remote.Fetched{Version: got.Version}, again) != "" {
		t.Errorf("unchanged: %+v, %v", again, err)
	}
	if _, err := client.Push(t.Context(), ref, archive(t, "one and more"), "r2"); err != nil {
		t.Fatal(err)
	}
	if again, err := client.Fetch(t.Context(), ref, got.Version); err != nil || again.Archive == nil {
		t.Errorf("changed: %+v, %v", again, err)
	}
}

// TestBadWeb: what a web server does wrong.
func TestBadWeb(t *testing.T) {
	server, config, instead := webServer(t)
	client, ref := newClient(t, config), parse(t, server.URL+"/bundle.tar.gz")
	for name, tc := range map[string]struct {
		handler http.HandlerFunc
		want    string
	}{
		"404":             {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNotFound) }, "HTTP 404 Not Found: there is no such bundle"},
		"500":             {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) }, "HTTP 500"},
		"429":             {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTooManyRequests) }, "HTTP 429"},
		"not modified":    {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNotModified) }, "HTTP 304"},
		"a huge one":      {func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Content-Length", "1000000000000") }, "1000000000000 bytes or more, and a bundle may have 16777216"},
		"one without end": {endless, "16777217 bytes or more, and a bundle may have 16777216"},
		"one that is cut off": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			_, _ = w.Write([]byte("x"))
		}, "unexpected EOF"},
		"silence":         {func(_ http.ResponseWriter, q *http.Request) { silence(q) }, "not done within 1s"},
		"round and round": {func(w http.ResponseWriter, q *http.Request) { http.Redirect(w, q, "/again", http.StatusFound) }, "more than 5 redirects"},
		"a redirect out of TLS": {func(w http.ResponseWriter, q *http.Request) {
			http.Redirect(w, q, "http://127.0.0.1:1/", http.StatusFound)
		}, "redirected from HTTPS to http"},
	} {
		instead.Store(&tc.handler)
		if got, err := client.Fetch(t.Context(), ref, ""); err == nil || !strings.Contains(err.Error(), tc.want) || got.Archive != nil {
			t.Errorf("%s: %v, want %q", name, err, tc.want)
		}
	}
	instead.Store(nil)
	if _, err := newClient(t, remote.Config{CA: config.CA}).Fetch(t.Context(), ref, ""); err == nil || !strings.Contains(err.Error(), "HTTP 401") {
		t.Errorf("without credentials: %v", err)
	}
	plain := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, q *http.Request) {
		if q.Header.Get("Authorization") != "" {
			t.Error("a password in the clear")
		}
	}))
	defer plain.Close()
	login := []byte(`{"auths": {"` + strings.TrimPrefix(plain.URL, "http://") + `": {"username": "ada", "password": "correct horse"}}}`)
	if err := os.WriteFile(config.Credentials, login, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := client.Fetch(t.Context(), parse(t, plain.URL+"/b"), ""); err != nil {
		t.Error(err)
	}
}

// silence never answers. A handler that returned would answer 200, and a client that is
// about to hang up may still read it.
func silence(q *http.Request) {
	<-q.Context().Done()
	panic(http.ErrAbortHandler)
}

func endless(w http.ResponseWriter, _ *http.Request) {
	for chunk, sent := make([]byte, 1<<20), 0; sent < 4*bundle.MaxArchive; sent += len(chunk) {
		if _, err := w.Write(chunk); err != nil {
			return
		}
	}
}
