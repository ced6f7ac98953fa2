package remote_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lotus-lake/lotus-gate/policy/bundle"
	"github.com/lotus-lake/lotus-gate/policy/remote"
	"github.com/lotus-lake/lotus-gate/test/registry"
)

// archive is a bundle, as far as a transport is concerned.
func archive(t testing.TB, text string) []byte {
	t.Helper()
	packed, err := bundle.Pack(map[string][]byte{"x.rego": []byte(text), ".signatures.json": []byte("{}\n"), "lib/a \"b\".rego": []byte("\r\n")})
	if err != nil {
		t.Fatal(err)
	}
	return packed
}

func newClient(t testing.TB, config remote.Config) *remote.Client {
	t.Helper()
	client, err := remote.New(config)
	if err != nil {
		t.Fatal(err)
	}
	return client
}

func parse(t testing.TB, text string) remote.Ref {
	t.Helper()
	ref, err := remote.ParseRef(text)
	if err != nil {
		t.Fatal(err)
	}
	return ref
}

// TestRegistry carries a bundle to and from a real registry, over TLS and with both
// ways to log in.
func TestRegistry(t *testing.T) {
	for name, tokens := range map[string]bool{"name and password": false, "tokens": true} {
		t.Run(name, func(t *testing.T) {
			r := registry.Start(t, tokens)
			client := newClient(t, remote.Config{CA: r.CA, Credentials: r.Credentials})
			one := archive(t, "one")
			tag := parse(t, r.Ref("stable"))
			digest, err := client.Push(t.Context(), tag, one, "r1")
			if err != nil {
				t.Fatal(err)
			}
			again, err := client.Push(t.Context(), parse(t, r.Ref("again")), one, "r1")
			if err != nil || again != digest {
				t.Errorf("the same bundle pushed again: %s, %v; want %s", again, err, digest)
			}
			got, err := client.Fetch(t.Context(), tag, "")
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(remote.Fetched{Archive: one, Version: digest}, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if got, err := client.Fetch(t.Context(), parse(t, r.Ref(digest)), ""); err != nil || !bytes.Equal(got.Archive, one) {
				t.Errorf("by digest: %v", err)
			}
			r.Asked()
			if got, err := client.Fetch(t.Context(), tag, digest); err != nil || got.Archive != nil || got.Version != digest {
				t.Errorf("unchanged: %+v, %v", got, err)
			}
			if asked := r.Asked(); slices.ContainsFunc(asked, func(q string) bool { return strings.HasPrefix(q, "GET /v2/lake") }) {
				t.Errorf("what is known was read: %q", asked)
			}
			two := archive(t, "two")
			if _, err := client.Push(t.Context(), tag, two, "r2"); err != nil {
				t.Fatal(err)
			}
			if got, err := client.Fetch(t.Context(), tag, digest); err != nil || !bytes.Equal(got.Archive, two) {
				t.Errorf("changed: %v", err)
			}
		})
	}
}

// TestManifest: what is published is what OPA, conftest and Flux look for.
func TestManifest(t *testing.T) {
	r := registry.Start(t, false)
	client := newClient(t, remote.Config{CA: r.CA, Credentials: r.Credentials})
	one := archive(t, "one")
	var published []byte
	keep := func(w http.ResponseWriter, q *http.Request) bool {
		if q.Method == http.MethodPut && strings.Contains(q.URL.Path, "/manifests/") {
			var copied bytes.Buffer
			if _, err := copied.ReadFrom(q.Body); err != nil {
				t.Error(err)
			}
			published = copied.Bytes()
			w.WriteHeader(http.StatusBadRequest)
			return true
		}
		return false
	}
	r.Instead.Store(&keep)
	_, _ = client.Push(t.Context(), parse(t, r.Ref("stable")), one, "r1")
	sum := sha256.Sum256(one)
	want := fmt.Sprintf(`{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json",`+
		`"config":{"mediaType":"application/vnd.cncf.openpolicyagent.config.v1+json","digest":"sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a","size":2},`+
		`"layers":[{"mediaType":"application/vnd.oci.image.layer.v1.tar+gzip","digest":"sha256:%s","size":%d,"annotations":{"org.opencontainers.image.title":"bundle.tar.gz"}}],`+
		`"annotations":{"org.opencontainers.image.revision":"r1"}}`, hex.EncodeToString(sum[:]), len(one))
	if diff := cmp.Diff(want, string(published)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestBadRegistry: what a registry says and does wrong ends in a message, in time and
// without memory.
func TestBadRegistry(t *testing.T) {
	r := registry.Start(t, false)
	good := newClient(t, remote.Config{CA: r.CA, Credentials: r.Credentials})
	one := archive(t, "one")
	digest, err := good.Push(t.Context(), parse(t, r.Ref("stable")), one, "r1")
	if err != nil {
		t.Fatal(err)
	}
	status := func(code int) func(http.ResponseWriter, *http.Request) bool {
		return func(w http.ResponseWriter, _ *http.Request) bool {
			w.WriteHeader(code)
			fmt.Fprint(w, `{"errors":[{"code":"X","message":"\u001b[31mpassword: hunter2"}]}`)
			return true
		}
	}
	// manifest answers with a manifest of our making.
	manifest := func(mediaType string, content any) func(http.ResponseWriter, *http.Request) bool {
		text, err := json.Marshal(content)
		if err != nil {
			t.Fatal(err)
		}
		sum := sha256.Sum256(text)
		return func(w http.ResponseWriter, q *http.Request) bool {
			if !strings.Contains(q.URL.Path, "/manifests/") {
				return false
			}
			w.Header().Set("Content-Type", mediaType)
			w.Header().Set("Docker-Content-Digest", "sha256:"+hex.EncodeToString(sum[:]))
			w.Header().Set("Content-Length", strconv.Itoa(len(text)))
			if q.Method == http.MethodGet {
				_, _ = w.Write(text)
			}
			return true
		}
	}
	type object = map[string]any
	sum := sha256.Sum256(one)
	blob := "sha256:" + hex.EncodeToString(sum[:])
	layer := func(mediaType, digest string, size int64) object {
		return object{"schemaVersion": 2, "mediaType": image, "config": object{"mediaType": "x/y", "digest": blob, "size": 1}, "layers": []object{{"mediaType": mediaType, "digest": digest, "size": size}}}
	}
	const tgz = "application/vnd.oci.image.layer.v1.tar+gzip"
	blobs := func(answer func(http.ResponseWriter)) func(http.ResponseWriter, *http.Request) bool {
		return func(w http.ResponseWriter, q *http.Request) bool {
			if !strings.Contains(q.URL.Path, "/blobs/") {
				return false
			}
			answer(w)
			return true
		}
	}
	for name, tc := range map[string]struct {
		instead func(http.ResponseWriter, *http.Request) bool
		want    string
	}{
		"401":              {status(401), "HTTP 401 Unauthorized: credentials are missing or not enough"},
		"403":              {status(403), "HTTP 403 Forbidden: credentials are missing or not enough"},
		"404":              {status(404), "HTTP 404 Not Found: there is no such bundle: check the name and the tag"},
		"429":              {status(429), "HTTP 429 Too Many Requests: it is asked too often"},
		"500":              {status(500), "HTTP 500 Internal Server Error: the server cannot answer now"},
		"418":              {status(418), "HTTP 418 I'm a teapot"},
		"an index":         {manifest("application/vnd.oci.image.index.v1+json", object{"schemaVersion": 2, "manifests": []object{}}), "an index of images: want one bundle"},
		"no manifest":      {manifest(image, "x"), "manifest: json:"},
		"conftest's":       {manifest(image, object{"layers": []object{{"mediaType": "a/b"}, {"mediaType": "a/b"}}}), "an artifact of 2 layers: want one bundle"},
		"another type":     {manifest(image, layer("application/x-tar", blob, int64(len(one)))), `a layer of type "application/x-tar"`},
		"a huge bundle":    {manifest(image, layer(tgz, blob, 1<<40)), "1099511627776 bytes or more, and a bundle may have 16777216"},
		"a negative size":  {manifest(image, layer(tgz, blob, -1)), "a bundle may have 16777216"},
		"a size too small": {manifest(image, layer(tgz, blob, int64(len(one))-1)), "what the registry sends is not what its manifest says"},
		"a size too large": {manifest(image, layer(tgz, blob, int64(len(one))+1)), "what the registry sends is not what its manifest says"},
		"no digest":        {manifest(image, layer(tgz, "latest", int64(len(one)))), "manifest: layer: invalid checksum digest format"},
		"a huge manifest": {func(w http.ResponseWriter, q *http.Request) bool {
			w.Header().Set("Content-Type", image)
			w.Header().Set("Docker-Content-Digest", digest)
			w.Header().Set("Content-Length", "1000000000")
			return true
		}, "a manifest of 1000000000 bytes"},
		"other bytes": {blobs(func(w http.ResponseWriter) {
			_, _ = w.Write(bytes.Repeat([]byte("x"), len(one)))
		}), "what the registry sends is not what its manifest says: mismatched digest"},
		"fewer bytes": {blobs(func(w http.ResponseWriter) {
			w.Header().Set("Content-Length", strconv.Itoa(len(one)))
			_, _ = w.Write(one[:10])
		}), "what the registry sends is not what its manifest says"},
		"bytes without end": {blobs(func(w http.ResponseWriter) {
			for chunk := make([]byte, 1<<16); ; {
				if _, err := w.Write(chunk); err != nil {
					return
				}
			}
		}), "what the registry sends is not what its manifest says"},
		"silence": {func(_ http.ResponseWriter, q *http.Request) bool {
			silence(q)
			return true
		}, "not done within 1s: the server is slow or does not answer"},
		"drop by drop": {blobs(func(w http.ResponseWriter) {
			w.Header().Set("Content-Length", strconv.Itoa(len(one)))
			for _, b := range one {
				if _, err := w.Write([]byte{b}); err != nil {
					return
				}
				w.(http.Flusher).Flush()
				time.Sleep(100 * time.Millisecond)
			}
		}), "not done within 1s"},
		"a redirect out of TLS": {blobs(func(w http.ResponseWriter) {
			w.Header().Set("Location", "http://127.0.0.1:1/")
			w.WriteHeader(http.StatusTemporaryRedirect)
		}), "redirected from HTTPS to http"},
	} {
		t.Run(name, func(t *testing.T) {
			client := newClient(t, remote.Config{CA: r.CA, Credentials: r.Credentials, Timeout: time.Second})
			if strings.HasPrefix(name, "4") || strings.HasPrefix(name, "5") {
				client = newClient(t, remote.Config{CA: r.CA, Credentials: r.Credentials, Timeout: 10 * time.Second})
			}
			r.Instead.Store(&tc.instead)
			defer r.Answer(0)
			began := time.Now()
			got, err := client.Fetch(t.Context(), parse(t, r.Ref("stable")), "")
			if err == nil || !strings.Contains(err.Error(), tc.want) || !strings.HasPrefix(err.Error(), "fetch "+r.Ref("stable")+": ") || got.Archive != nil {
				t.Errorf("Fetch: %v, want %q", err, tc.want)
			}
			if err != nil && (strings.Contains(err.Error(), "hunter2") || strings.Contains(err.Error(), "correct horse")) {
				t.Errorf("the message repeats what the server says, or a password: %v", err)
			}
			if took := time.Since(began); took > 8*time.Second {
				t.Errorf("took %s", took)
			}
		})
	}
	for name, tc := range map[string]struct {
		config remote.Config
		want   string
	}{
		"no credentials":       {remote.Config{CA: r.CA}, "HTTP 401 Unauthorized: credentials are missing"},
		"no file of them":      {remote.Config{CA: r.CA, Credentials: "/nowhere/config.json"}, "read credentials"},
		"an unknown authority": {remote.Config{Credentials: r.Credentials}, "name a file with the certificate of its authority"},
	} {
		if _, err := newClient(t, tc.config).Fetch(t.Context(), parse(t, r.Ref("stable")), ""); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: %v, want %q", name, err, tc.want)
		}
	}
	if _, err := good.Fetch(t.Context(), parse(t, "oci://127.0.0.1:1/lake/policies:stable"), ""); err == nil || !strings.Contains(err.Error(), "connection refused") {
		t.Errorf("nobody there: %v", err)
	}
	if _, err := remote.New(remote.Config{CA: r.Credentials}); err == nil || !strings.Contains(err.Error(), "holds no certificate in PEM") {
		t.Errorf("no certificates: %v", err)
	}
	if _, err := remote.New(remote.Config{CA: filepath.Join(t.TempDir(), "x")}); err == nil || !os.IsNotExist(unwrapped(err)) {
		t.Errorf("no file of certificates: %v", err)
	}
}

const image = "application/vnd.oci.image.manifest.v1+json"

// unwrapped is the error inside.
func unwrapped(err error) error {
	for {
		inner, ok := err.(interface{ Unwrap() error })
		if !ok {
			return err
		}
		if err = inner.Unwrap(); os.IsNotExist(err) {
			return err
		}
	}
}
