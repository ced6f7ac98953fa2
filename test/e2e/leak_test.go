package e2e

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/discovery"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// TestLeak searches everything that is left after the tests before it for the values of their Secrets: all objects of the API but the data of Secrets,
// what the processes wrote, their metrics, the audit log. It runs last.
func TestLeak(t *testing.T) {
	s := stage(t)
	clean := func(where, text string) {
		if found := s.Planted.Found(text); found != "" {
			t.Errorf("%s holds a value of a Secret: %s", where, found)
		}
	}
	secrets, objects := 0, 0
	for _, kind := range kinds(t) {
		list := &unstructured.UnstructuredList{}
		list.SetGroupVersionKind(kind)
		if err := s.Client.List(t.Context(), list); err != nil {
			t.Fatalf("list %s: %v", kind, err)
		}
		for i := range list.Items {
			object := list.Items[i].Object
			objects++
			if kind.Kind == "Secret" && kind.Group == corev1.GroupName {
				secrets++
				delete(object, "data")
			}
			text, err := json.Marshal(object)
			if err != nil {
				t.Fatal(err)
			}
			clean(kind.Kind+" "+client.ObjectKeyFromObject(&list.Items[i]).String(), string(text))
		}
	}
	output := 0
	for _, p := range s.Processes() {
		log := p.Log()
		output += len(log)
		clean("output of a process", log)
	}
	metrics, err := s.Processes()[len(s.Processes())-1].Scrape(t.Context())
	if err != nil || !strings.Contains(metrics, "lotus_gate_") {
		t.Errorf("no metrics: %v", err)
	}
	clean("the metrics", metrics)
	audit, err := os.ReadFile(s.Audit)
	if err != nil {
		t.Fatal(err)
	}
	clean("the audit log", string(audit))
	t.Logf("searched %d objects, of them %d Secrets, %d bytes of output, %d of metrics, %d of the audit log", objects, secrets, output, len(metrics), len(audit))

	// The search finds what is there.
	var all corev1.SecretList
	if err := s.Client.List(t.Context(), &all, client.InNamespace("after-005")); err != nil {
		t.Fatal(err)
	}
	if text, _ := json.Marshal(all.Items); s.Planted.Found(string(text)) == "" {
		t.Error("the search does not find a value in its own Secret")
	}
}

// kinds are all that can be listed.
func kinds(t *testing.T) []schema.GroupVersionKind {
	t.Helper()
	api, err := discovery.NewDiscoveryClientForConfig(shared.stage.Cluster.Config())
	if err != nil {
		t.Fatal(err)
	}
	lists, err := api.ServerPreferredResources()
	if err != nil {
		t.Fatal(err)
	}
	var all []schema.GroupVersionKind
	for _, list := range lists {
		version, err := schema.ParseGroupVersion(list.GroupVersion)
		if err != nil {
			t.Fatal(err)
		}
		for _, resource := range list.APIResources {
			if slices.Contains(resource.Verbs, "list") {
				all = append(all, version.WithKind(resource.Kind+"List"))
			}
		}
	}
	for i := range all {
		all[i].Kind = strings.TrimSuffix(all[i].Kind, "List")
	}
	return all
}
