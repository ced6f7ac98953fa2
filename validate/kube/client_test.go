package kube_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/rest"

	"github.com/lotus-lake/lotus-gate/validate/kube"
)

var (
	terraforms = kube.Resource{Group: "infra.contrib.fluxcd.io", Version: "v1alpha2", Resource: "terraforms"}
	secrets    = kube.Resource{Version: "v1", Resource: "secrets"}
)

// named is the little that these tests decode.
type named struct {
	Metadata struct {
		Name string `json:"name"`
	} `json:"metadata"`
}

// open serves one handler as an API server.
func open(t *testing.T, handler http.HandlerFunc) *kube.Client {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	c, err := kube.New(&rest.Config{Host: server.URL, Timeout: 5 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// status answers as the API server does when it refuses.
func status(code int, reason metav1.StatusReason) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(code)
		fmt.Fprintf(w, `{"kind":"Status","apiVersion":"v1","status":"Failure","reason":%q,"code":%d,"message":"sesame","details":{"name":"lake","kind":"x"}}`, reason, code)
	}
}

// TestListPages: every page is asked for, and each object handed over in order.
func TestListPages(t *testing.T) {
	var asked []string
	c := open(t, func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.Method+" "+r.URL.RequestURI()+" "+r.Header.Get("Accept"))
		next := ""
		if r.URL.Query().Get("continue") == "" {
			next = "t&2"
		}
		fmt.Fprintf(w, `{"metadata":{"continue":%q},"items":[{"metadata":{"name":"a%s"}},{"metadata":{"name":"b%s"}}]}`, next, next, next)
	})
	var got []string
	each := func(o *named) error {
		got = append(got, o.Metadata.Name)
		return nil
	}
	if err := kube.List(t.Context(), c, terraforms, "lake", "a=b", each); err != nil {
		t.Fatal(err)
	}
	if err := kube.List(t.Context(), c, secrets, "", "", func(o *kube.Metadata) error {
		got = append(got, o.Name)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	const list = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"
	want := []string{
		"GET /apis/infra.contrib.fluxcd.io/v1alpha2/namespaces/lake/terraforms?labelSelector=a%3Db&limit=250&timeout=5s application/json",
		"GET /apis/infra.contrib.fluxcd.io/v1alpha2/namespaces/lake/terraforms?continue=t%262&labelSelector=a%3Db&limit=250&timeout=5s application/json",
		"GET /api/v1/secrets?limit=250&timeout=5s " + list, "GET /api/v1/secrets?continue=t%262&limit=250&timeout=5s " + list,
	}
	if diff := cmp.Diff(want, asked); diff != "" {
		t.Errorf("asked (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"at&2", "bt&2", "a", "b", "at&2", "bt&2", "a", "b"}, got); diff != "" {
		t.Errorf("got (-want +got):\n%s", diff)
	}
}

// TestErrors: which right is missing, what is not installed, and never the server's
// own words.
func TestErrors(t *testing.T) {
	plain := func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "404 page not found", http.StatusNotFound) }
	for name, tc := range map[string]struct {
		handler   http.HandlerFunc
		get, list string
	}{
		"forbidden": {
			status(403, metav1.StatusReasonForbidden),
			`the kubeconfig's user may not get terraforms.infra.contrib.fluxcd.io lake in namespace x: a Role with verb "get" on resource "terraforms" of API group "infra.contrib.fluxcd.io" is missing`,
			`the kubeconfig's user may not list terraforms.infra.contrib.fluxcd.io in all namespaces: a Role with verb "list" on resource "terraforms" of API group "infra.contrib.fluxcd.io" is missing`,
		},
		"unauthorized": {
			status(401, metav1.StatusReasonUnauthorized),
			"get terraforms.infra.contrib.fluxcd.io lake in namespace x: the API server does not accept the kubeconfig's credentials",
			"list terraforms.infra.contrib.fluxcd.io in all namespaces: the API server does not accept the kubeconfig's credentials",
		},
		"not installed": {
			plain,
			"the cluster does not know terraforms.infra.contrib.fluxcd.io of infra.contrib.fluxcd.io/v1alpha2: its CustomResourceDefinition is not installed",
			"the cluster does not know terraforms.infra.contrib.fluxcd.io of infra.contrib.fluxcd.io/v1alpha2: its CustomResourceDefinition is not installed",
		},
		"half a body": {
			func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"items":[{"metadata":{"name":"sesame`) },
			"get terraforms.infra.contrib.fluxcd.io lake in namespace x: the answer is not the JSON that was asked for",
			"list terraforms.infra.contrib.fluxcd.io in all namespaces: the answer is not the JSON that was asked for",
		},
		"another type": {
			func(w http.ResponseWriter, _ *http.Request) {
				fmt.Fprint(w, `{"metadata":{"name":["sesame"]},"items":[{"metadata":{"name":["sesame"]}}]}`)
			},
			"get terraforms.infra.contrib.fluxcd.io lake in namespace x: field metadata.name of the answer has another type than string",
			"list terraforms.infra.contrib.fluxcd.io in all namespaces: field items.metadata.name of the answer has another type than string",
		},
		"expired": {
			status(410, metav1.StatusReasonExpired),
			"get terraforms.infra.contrib.fluxcd.io lake in namespace x: the list took so long that the API server forgot where it was: try again",
			"list terraforms.infra.contrib.fluxcd.io in all namespaces: the list took so long that the API server forgot where it was: try again",
		},
		"failed": {
			status(500, metav1.StatusReasonInternalError),
			"get terraforms.infra.contrib.fluxcd.io lake in namespace x: InternalError (HTTP 500)",
			"list terraforms.infra.contrib.fluxcd.io in all namespaces: InternalError (HTTP 500)",
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := open(t, tc.handler)
			_, err := kube.Get[named](t.Context(), c, terraforms, "x", "lake")
			if err == nil || err.Error() != tc.get {
				t.Errorf("get: %v\nwant %s", err, tc.get)
			}
			err = kube.List(t.Context(), c, terraforms, "", "", func(*named) error { return nil })
			if err == nil || err.Error() != tc.list {
				t.Errorf("list: %v\nwant %s", err, tc.list)
			}
		})
	}
}

// TestMissing: an object that is not there is no kind that is not there, and a name
// that no object can have is not asked for.
func TestMissing(t *testing.T) {
	asked := 0
	c := open(t, func(w http.ResponseWriter, r *http.Request) {
		asked++
		status(404, metav1.StatusReasonNotFound)(w, r)
	})
	for _, name := range []string{"lake", "../../secrets/x", "a/b", ".", "", "%2e%2e"} {
		_, err := kube.Get[named](t.Context(), c, terraforms, "x", name)
		var missing *kube.Missing
		if !errors.As(err, &missing) {
			t.Errorf("%q: %v", name, err)
		}
	}
	if asked != 1 {
		t.Errorf("asked %d times, want once", asked)
	}
	if err := kube.List(t.Context(), c, secrets, "../kube-system", "", func(*named) error { return nil }); err == nil || asked != 1 {
		t.Errorf("a namespace with a path: %v, asked %d times", err, asked)
	}
}

// TestBounds: an answer without end is cut off.
func TestBounds(t *testing.T) {
	if testing.Short() {
		t.Skip("reads 64 MiB")
	}
	c := open(t, func(w http.ResponseWriter, _ *http.Request) {
		chunk := []byte(strings.Repeat(" ", 1<<20))
		for range 70 {
			if _, err := w.Write(chunk); err != nil {
				return
			}
		}
	})
	_, err := kube.Get[named](t.Context(), c, secrets, "x", "y")
	if err == nil || !strings.Contains(err.Error(), "an answer of more than 64 MiB") {
		t.Error(err)
	}
}

// TestSlow: a server that does not answer is given up.
func TestSlow(t *testing.T) {
	c := open(t, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done(); panic(http.ErrAbortHandler) })
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err := kube.Get[named](ctx, c, secrets, "x", "y")
	if err == nil || !strings.HasPrefix(err.Error(), "get secrets y in namespace x: no answer in time") {
		t.Error(err)
	}
}

func TestService(t *testing.T) {
	c := open(t, func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, r.Method, " ", r.URL.Path) })
	body, err := c.Service(t.Context(), "flux-system", "source-controller", "http", "80", "/gitrepository/a.tar.gz")
	if err != nil {
		t.Fatal(err)
	}
	got, _ := io.ReadAll(body)
	_ = body.Close()
	if want := "GET /api/v1/namespaces/flux-system/services/http:source-controller:80/proxy/gitrepository/a.tar.gz"; string(got) != want {
		t.Errorf("%s, want %s", got, want)
	}
	if _, err := c.Service(t.Context(), "x", "a/b", "http", "80", "/"); err == nil {
		t.Error("a service with a path as its name was asked for")
	}
}

// TestOpen: kubeconfigs that cannot be used, and the namespace.
func TestOpen(t *testing.T) {
	t.Setenv("KUBECONFIG", filepath.Join(t.TempDir(), "none"))
	t.Setenv("HOME", t.TempDir())
	t.Setenv("KUBERNETES_SERVICE_HOST", "")
	config := filepath.Join(t.TempDir(), "config")
	text := `{"apiVersion":"v1","kind":"Config","current-context":"a","clusters":[{"name":"c","cluster":{"server":"http://127.0.0.1:1"}}],
"users":[],"contexts":[{"name":"a","context":{"cluster":"c","namespace":"lake"}},{"name":"b","context":{"cluster":"c"}}]}`
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct {
		options         kube.Options
		namespace, fail string
	}{
		"context's namespace": {kube.Options{Kubeconfig: config}, "lake", ""},
		"given namespace":     {kube.Options{Kubeconfig: config, Namespace: "other"}, "other", ""},
		"another context":     {kube.Options{Kubeconfig: config, Context: "b"}, "default", ""},
		"no such context":     {kube.Options{Kubeconfig: config, Context: "z"}, "", `read kubeconfig: context "z" does not exist`},
		"no such file":        {kube.Options{Kubeconfig: config + "x"}, "", "read kubeconfig: stat " + config + "x: no such file or directory"},
		"none at all":         {kube.Options{}, "", "there is no kubeconfig: name one with --kubeconfig or $KUBECONFIG"},
	} {
		t.Run(name, func(t *testing.T) {
			c, err := kube.Open(tc.options)
			if tc.fail != "" {
				if err == nil || err.Error() != tc.fail {
					t.Errorf("%v, want %s", err, tc.fail)
				}
				return
			}
			if err != nil || c.Namespace != tc.namespace {
				t.Errorf("namespace %v, %v", c, err)
			}
		})
	}
}
