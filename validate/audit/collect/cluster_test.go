package collect_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"k8s.io/client-go/rest"

	"github.com/lotus-lake/lotus-gate/validate/audit"
	"github.com/lotus-lake/lotus-gate/validate/audit/collect"
	"github.com/lotus-lake/lotus-gate/validate/audit/leaf"
	"github.com/lotus-lake/lotus-gate/validate/kube"
)

const planted = "PLANTED-password"

// server is an API server that holds objects by the paths of their lists, and remembers what it was asked.
type server struct {
	objects map[string]map[string]map[string]any // by path of the list, by name
	denied  []string                             // paths that are forbidden
	asked   []string
}

func (s *server) put(list string, object map[string]any) {
	if s.objects[list] == nil {
		s.objects[list] = map[string]map[string]any{}
	}
	s.objects[list][object["metadata"].(map[string]any)["name"].(string)] = object
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.asked = append(s.asked, r.Method+" "+r.URL.Path)
	w.Header().Set("Content-Type", "application/json")
	refuse := func(code int, reason string) {
		w.WriteHeader(code)
		fmt.Fprintf(w, `{"kind":"Status","apiVersion":"v1","status":"Failure","reason":%q,"code":%d,"details":{"name":"x"}}`, reason, code)
	}
	if slices.Contains(s.denied, r.URL.Path) {
		refuse(403, "Forbidden")
		return
	}
	if list, ok := s.objects[r.URL.Path]; ok {
		items := []any{}
		for _, name := range sorted(list) {
			object := list[name]
			if strings.Contains(r.Header.Get("Accept"), "PartialObjectMetadataList") {
				object = map[string]any{"metadata": object["metadata"]}
			} else if strings.HasSuffix(r.URL.Path, "/secrets") {
				w.WriteHeader(http.StatusInternalServerError) // values of all Secrets are for nobody
				return
			}
			items = append(items, object)
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"metadata": map[string]any{}, "items": items})
		return
	}
	at := strings.LastIndexByte(r.URL.Path, '/')
	if list, ok := s.objects[r.URL.Path[:at]]; ok {
		if object, ok := list[r.URL.Path[at+1:]]; ok {
			_ = json.NewEncoder(w).Encode(object)
			return
		}
		refuse(404, "NotFound")
		return
	}
	w.Header().Set("Content-Type", "text/plain")
	http.Error(w, "404 page not found", http.StatusNotFound)
}

func sorted(m map[string]map[string]any) []string {
	var names []string
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

const (
	core   = "/api/v1/namespaces/lake/"
	apps   = "/apis/apps/v1/namespaces/lake/"
	tofus  = "/apis/infra.contrib.fluxcd.io/v1alpha2/namespaces/lake/terraforms"
	fluxes = "/apis/source.toolkit.fluxcd.io/v1/namespaces/lake/gitrepositories"
)

func meta(name string, more map[string]any) map[string]any {
	m := map[string]any{"namespace": "lake", "name": name, "creationTimestamp": "2026-06-01T08:00:00Z"}
	for key, value := range more {
		m[key] = value
	}
	return m
}

func (s *server) secret(name string, data map[string][]byte, more map[string]any) {
	s.put(core+"secrets", map[string]any{"metadata": meta(name, more), "data": data})
}

func (s *server) terraform(name string, spec map[string]any) {
	all := map[string]any{"interval": "5m", "path": "./terraform", "approvePlan": "auto", "sourceRef": map[string]any{"kind": "GitRepository", "name": "lake"}}
	for key, value := range spec {
		all[key] = value
	}
	s.put(tofus, map[string]any{"metadata": meta(name, nil), "spec": all, "status": map[string]any{
		"lastAppliedRevision": "main@sha1:bbb", "lastAttemptedRevision": "main@sha1:bbb", "lastSuccessfulReconcileAt": "2026-06-01T09:00:00Z",
	}})
}

func packed(text string) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = w.Write([]byte(text))
	_ = w.Close()
	return b.Bytes()
}

func stateOf(name, lineage string) string {
	return `{"version":4,"serial":1,"lineage":"` + lineage + `","outputs":{"p":{"value":"` + planted + `"}},"resources":[{"mode":"managed","type":"airbyte_source","name":"` + name +
		`","instances":[{"attributes":{"source_id":"` + name + `-id","name":"` + name + `","connection_configuration":"{\"access_key_id\":\"` + planted + `\"}"}}]}]}`
}

// lake is a namespace with everything that can be there, and much of it broken.
func lake() *server {
	s := &server{objects: map[string]map[string]map[string]any{core + "pods": {}, core + "configmaps": {}, apps + "deployments": {}, apps + "statefulsets": {}, apps + "daemonsets": {}, fluxes: {}}}
	s.put(fluxes, map[string]any{"metadata": meta("lake", nil), "status": map[string]any{"artifact": map[string]any{"revision": "main@sha1:bbb", "lastUpdateTime": "2026-06-01T08:55:00Z"}}})
	whole := packed(stateOf("parts", "l-parts"))
	s.terraform("parts", map[string]any{"varsFrom": []any{map[string]any{"kind": "Secret", "name": "vars"}}})
	s.secret("tfstate-default-parts", map[string][]byte{"tfstate": whole[:50]}, nil)
	s.secret("tfstate-default-parts-part-1", map[string][]byte{"tfstate": whole[50:90]}, nil)
	s.secret("tfstate-default-parts-part-2", map[string][]byte{"tfstate": whole[90:]}, nil)
	s.terraform("gap", nil)
	s.secret("tfstate-default-gap", map[string][]byte{"tfstate": whole[:50]}, nil)
	s.secret("tfstate-default-gap-part-2", map[string][]byte{"tfstate": whole[90:]}, nil)
	s.terraform("tail", nil)
	s.secret("tfstate-default-tail", map[string][]byte{"tfstate": whole[:len(whole)-30]}, nil)
	s.terraform("empty", nil)
	s.secret("tfstate-default-empty", map[string][]byte{"other": []byte(planted)}, nil)
	s.terraform("locked", nil)
	s.secret("tfstate-default-locked", map[string][]byte{"tfstate": packed(`{"encrypted_data":"` + planted + `"}`)}, nil)
	s.terraform("gone", nil)
	s.terraform("custom", map[string]any{"backendConfig": map[string]any{"customConfiguration": "backend \"s3\" {}"}})
	s.terraform("disabled", map[string]any{"backendConfig": map[string]any{"disable": true}})
	s.secret("tfstate-default-nobody", map[string][]byte{"tfstate": packed(stateOf("nobody", "l-nobody"))}, nil)
	s.secret("vars", map[string][]byte{"s3_access_key_id": []byte("known"), "other_access_key": []byte(planted), "secret_access_key": []byte(planted)}, map[string]any{
		"managedFields": []any{
			map[string]any{"manager": "flux", "time": "2026-06-01T09:30:00Z", "fieldsV1": map[string]any{"f:data": map[string]any{}}},
			map[string]any{"manager": "labels", "time": "2026-06-01T11:00:00Z", "fieldsV1": map[string]any{"f:metadata": map[string]any{}}},
		},
	})
	s.secret("identities", map[string][]byte{"config": []byte(`{"identities":[{"credentials":[{"accessKey":"known","secretKey":"` + planted + `"}]}]}`)}, nil)
	template := map[string]any{"metadata": map[string]any{}, "spec": map[string]any{
		"containers": []any{map[string]any{"name": "cube", "image": "cube", "env": []any{
			map[string]any{"name": "CUBEJS_DB_DUCKDB_S3_ACCESS_KEY_ID", "valueFrom": map[string]any{"secretKeyRef": map[string]any{"name": "vars", "key": "s3_access_key_id"}}},
		}}},
		"volumes": []any{map[string]any{"name": "program", "configMap": map[string]any{"name": "cube"}}},
	}}
	deployment := func(name string, template map[string]any) {
		s.put(apps+"deployments", map[string]any{"metadata": meta(name, nil), "spec": map[string]any{"selector": map[string]any{"matchLabels": map[string]any{"app": name}}, "template": template}})
	}
	deployment("cube", template)
	s.put(core+"configmaps", map[string]any{"metadata": meta("cube", nil), "data": map[string]any{"cube.js": "initSql: `ATTACH 'ducklake:postgres:password=" + planted + "' AS lakehouse (DATA_PATH 's3://landing/raw/');`", "other": planted}})
	image := map[string]any{"spec": map[string]any{"containers": []any{map[string]any{"name": "d", "image": "d", "env": []any{map[string]any{"name": "DUCKLAKE_DB_HOST", "value": "x"}}}}}}
	deployment("dagster", image)
	pod := func(name, app, phase, started string) {
		s.put(core+"pods", map[string]any{"metadata": meta(name, map[string]any{"labels": map[string]any{"app": app}}), "status": map[string]any{
			"phase": phase, "startTime": "2026-06-01T07:00:00Z", "containerStatuses": []any{map[string]any{"name": "c", "state": map[string]any{"running": map[string]any{"startedAt": started}}}},
		}})
	}
	pod("cube-a", "cube", "Running", "2026-06-01T09:10:00Z")
	pod("cube-b", "cube", "Running", "2026-06-01T09:00:00Z")
	pod("cube-old", "cube", "Failed", "2026-06-01T01:00:00Z")
	pod("other", "other", "Running", "2026-06-01T01:00:00Z")
	return s
}

// collected reads a server and gives the facts.
func collected(t *testing.T, s *server) *audit.Facts {
	t.Helper()
	listening := httptest.NewServer(s)
	t.Cleanup(listening.Close)
	client, err := kube.New(&rest.Config{Host: listening.URL})
	if err != nil {
		t.Fatal(err)
	}
	facts := &audit.Facts{Key: leaf.NewKey(), Now: time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)}
	cluster := &collect.Cluster{Client: client, Namespaces: []string{"lake"}, Identities: []string{"lake/identities", "lake/none"}}
	if err := cluster.Collect(t.Context(), facts); err != nil {
		t.Fatal(err)
	}
	return facts
}

// TestCluster: what can be read is, in parts and of everybody; what cannot be read is told as undecided and makes the states partial; and nothing but GET
// was asked.
func TestCluster(t *testing.T) {
	s := lake()
	facts := collected(t, s)
	wantUndecided := []string{
		"the state of Terraform lake/custom cannot be audited: its backend is custom (spec.backendConfig), so it is in no Secret; hand it over with --state",
		"the state of Terraform lake/disabled cannot be audited: its backend is disabled (spec.backendConfig), so it is in no Secret; hand it over with --state",
		"the state in Secret lake/tfstate-default-empty cannot be audited: Secret tfstate-default-empty has no key tfstate",
		"the state in Secret lake/tfstate-default-gap cannot be audited: part 1 of 2 is missing",
		"the state in Secret lake/tfstate-default-locked cannot be audited: it is encrypted, so nobody but its owner can read it",
		"the state in Secret lake/tfstate-default-tail cannot be audited: it is no whole gzip stream: a part is missing or damaged",
	}
	if diff := cmp.Diff(wantUndecided, facts.Undecided); diff != "" {
		t.Errorf("undecided (-want +got):\n%s", diff)
	}
	if !facts.States.Partial {
		t.Error("the states count as whole")
	}
	var states []string
	for _, state := range facts.States.All {
		states = append(states, fmt.Sprintf("%s of %q missing=%v instances=%d", state.Origin, state.Owner.Name, state.Missing, len(state.Instances)))
	}
	wantStates := []string{
		`Secret lake/tfstate-default-gone of "gone" missing=true instances=0`, `Secret lake/tfstate-default-nobody of "" missing=false instances=1`,
		`Secret lake/tfstate-default-parts of "parts" missing=false instances=1`,
	}
	if diff := cmp.Diff(wantStates, states); diff != "" {
		t.Errorf("states (-want +got):\n%s", diff)
	}
	if len(facts.Workloads) != 2 || facts.Workloads[0].Running != 2 || facts.Workloads[0].OldestPod.Format("15:04") != "09:00" || len(facts.Workloads[0].Code) != 1 {
		t.Errorf("workloads %+v", facts.Workloads)
	}
	if diff := cmp.Diff([]audit.NotInspected{{Path: "deployments/lake/dagster", Reason: "its program is in its image: `gate check` judges it in git"}}, facts.NotInspected); diff != "" {
		t.Errorf("not inspected (-want +got):\n%s", diff)
	}
	for _, asked := range s.asked {
		if !strings.HasPrefix(asked, "GET ") {
			t.Errorf("asked %s", asked)
		}
	}
	var told strings.Builder
	for doc := range facts.Documents(func(string) bool { return true }) {
		text, err := json.Marshal(doc.Input)
		if err != nil {
			t.Fatal(err)
		}
		told.Write(text)
		if doc.Kind == audit.KindDelivery && strings.HasSuffix(doc.Path, "/parts") {
			want := `[{"changed":"2026-06-01T09:30:00Z","kind":"Secret","name":"vars","newer_seconds":1800}] [{"known":false,"where":"key other_access_key of Secret lake/vars"},{"known":true,"where":"key s3_access_key_id of Secret lake/vars"}]`
			if got := plain(doc.Input["inputs"]) + " " + plain(doc.Input["access_keys"]); got != want {
				t.Errorf("delivery\n%s\nwant\n%s", got, want)
			}
		}
	}
	if strings.Contains(told.String()+fmt.Sprint(facts.Undecided), "PLANTED") {
		t.Error("a secret is in the documents")
	}
}

func plain(v any) string {
	text, _ := json.Marshal(v)
	return string(text)
}

// TestWithoutDefinitions: a cluster without the CRDs is told as such, and the rest is read.
func TestWithoutDefinitions(t *testing.T) {
	s := lake()
	delete(s.objects, tofus)
	facts := collected(t, s)
	want := "Terraform objects are not audited: the cluster does not know terraforms.infra.contrib.fluxcd.io of infra.contrib.fluxcd.io/v1alpha2: its CustomResourceDefinition is not installed"
	if !slices.Contains(facts.Undecided, want) || len(facts.Workloads) == 0 {
		t.Errorf("%q, %d workloads", facts.Undecided, len(facts.Workloads))
	}
	s = lake()
	delete(s.objects, fluxes)
	facts = collected(t, s)
	want = "the way from push to apply of Terraform lake/parts is not audited: the cluster does not know gitrepositories.source.toolkit.fluxcd.io of source.toolkit.fluxcd.io/v1beta2: its CustomResourceDefinition is not installed"
	if !slices.Contains(facts.Undecided, want) {
		t.Errorf("%q", facts.Undecided)
	}
}

// TestDenied: each right that is missing is named, and what it spoils.
func TestDenied(t *testing.T) {
	s := lake()
	s.denied = []string{core + "secrets", apps + "deployments", core + "secrets/identities"}
	facts := collected(t, s)
	want := []string{
		`states and changed Secrets are not audited: the kubeconfig's user may not list secrets in namespace lake: a Role with verb "list" on resource "secrets" of API group "" is missing`,
		`access keys are not compared with the S3 identities in Secret lake/identities: the kubeconfig's user may not get secrets identities in namespace lake: a Role with verb "get" on resource "secrets" of API group "" is missing`,
		`Deployments are not audited: the kubeconfig's user may not list deployments.apps in namespace lake: a Role with verb "list" on resource "deployments" of API group "apps" is missing`,
	}
	for _, w := range want {
		if !slices.Contains(facts.Undecided, w) {
			t.Errorf("%s\nis not in %q", w, facts.Undecided)
		}
	}
	if !facts.States.Partial {
		t.Error("the states count as whole")
	}
}
