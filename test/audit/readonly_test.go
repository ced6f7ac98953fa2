package audit

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	sourcev1 "github.com/fluxcd/source-controller/api/v1"
	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/lotus-lake/lotus-gate/tofu"
	"github.com/lotus-lake/lotus-gate/validate/report"
)

// recorder stands before the API server and notes what it is asked.
type recorder struct {
	http.Handler
	mu    sync.Mutex
	asked []string
}

func (r *recorder) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	r.mu.Lock()
	r.asked = append(r.asked, request.Method+" "+request.URL.Path)
	r.mu.Unlock()
	r.Handler.ServeHTTP(w, request)
}

// record gives a kubeconfig that leads through a recorder to the API server, with all rights.
func record(t *testing.T) (*recorder, string) {
	t.Helper()
	transport, err := rest.TransportFor(api.Config())
	must(t, err)
	to, err := url.Parse(api.Config().Host)
	must(t, err)
	r := &recorder{Handler: &httputil.ReverseProxy{Transport: transport, Rewrite: func(p *httputil.ProxyRequest) { p.SetURL(to) }}}
	server := httptest.NewServer(r)
	t.Cleanup(server.Close)
	file := filepath.Join(t.TempDir(), "kubeconfig")
	text, err := json.Marshal(map[string]any{
		"apiVersion": "v1", "kind": "Config", "current-context": "a", "users": []any{},
		"clusters": []any{map[string]any{"name": "c", "cluster": map[string]any{"server": server.URL}}},
		"contexts": []any{map[string]any{"name": "a", "context": map[string]any{"cluster": "c"}}},
	})
	must(t, err)
	must(t, os.WriteFile(file, text, 0o600))
	return r, file
}

// versions are the resourceVersions of everything in the namespace that an audit reads.
func (s *stage) versions() map[string]string {
	s.t.Helper()
	all := map[string]string{}
	for kind, list := range map[string]client.ObjectList{
		"Secret": &corev1.SecretList{}, "ConfigMap": &corev1.ConfigMapList{}, "Terraform": &tofu.TerraformList{}, "GitRepository": &sourcev1.GitRepositoryList{}, "Pod": &corev1.PodList{},
	} {
		must(s.t, api.List(s.t.Context(), list, client.InNamespace(s.name.Namespace)))
		text, err := json.Marshal(list)
		must(s.t, err)
		var names struct {
			Items []struct {
				Metadata struct{ Name, ResourceVersion string }
			}
		}
		must(s.t, json.Unmarshal(text, &names))
		for _, item := range names.Items {
			all[kind+" "+item.Metadata.Name] = item.Metadata.ResourceVersion
		}
	}
	return all
}

// TestOnlyReads: in every format, the gate asks the API server for nothing but GET and Airbyte for nothing but lists; no object has another version
// afterwards, no file of the checkout is another, and no secret is in any output.
func TestOnlyReads(t *testing.T) {
	s := open(t, time.Hour)
	asked, kubeconfig := record(t)
	s.airbyte.Requests()
	before, files := s.versions(), tree(t, s.checkout)
	for _, format := range report.AuditFormats {
		if _, code := s.auditAs(kubeconfig, format); code != 0 {
			t.Errorf("--format %s ends in %d", format, code)
		}
	}
	if len(asked.asked) == 0 {
		t.Error("nothing was asked: what was recorded?")
	}
	for _, request := range asked.asked {
		if !strings.HasPrefix(request, "GET ") {
			t.Errorf("the API server was asked: %s", request)
		}
	}
	requests := s.airbyte.Requests()
	if len(requests) == 0 {
		t.Error("Airbyte was asked nothing")
	}
	for _, request := range requests {
		if !strings.HasSuffix(request, "/list") {
			t.Errorf("Airbyte was asked: %s", request)
		}
	}
	if diff := cmp.Diff(before, s.versions()); diff != "" {
		t.Errorf("objects (-before +after):\n%s", diff)
	}
	if diff := cmp.Diff(files, tree(t, s.checkout)); diff != "" {
		t.Errorf("files (-before +after):\n%s", diff)
	}
}

// tree is every file below a directory.
func tree(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	must(t, filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		files[path] = string(text)
		return err
	}))
	return files
}
