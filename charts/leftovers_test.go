package charts

import (
	"bufio"
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/metadata"
	"k8s.io/client-go/rest"
)

// everything lists what is in the cluster, of every kind that can be listed, but events: they end by themselves. Sorted lines of "group resource
// namespace/name".
func everything(t *testing.T, config *rest.Config) []string {
	t.Helper()
	kinds, err := discovery.NewDiscoveryClientForConfig(config)
	if err != nil {
		t.Fatal(err)
	}
	lists, err := kinds.ServerPreferredResources()
	if err != nil {
		t.Fatal(err)
	}
	api, err := metadata.NewForConfig(config)
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, list := range lists {
		version, err := schema.ParseGroupVersion(list.GroupVersion)
		if err != nil {
			t.Fatal(err)
		}
		for _, resource := range list.APIResources {
			if resource.Name == "events" || !slices.Contains(resource.Verbs, "list") {
				continue
			}
			objects, err := api.Resource(version.WithResource(resource.Name)).List(t.Context(), meta.ListOptions{})
			if err != nil {
				t.Fatalf("list %s: %v", resource.Name, err)
			}
			for _, object := range objects.Items {
				found = append(found, strings.TrimSpace(version.Group+" "+resource.Name)+" "+object.Namespace+"/"+object.Name)
			}
		}
	}
	slices.Sort(found)
	return found
}

// expectLeft waits until the cluster holds what it held before and what is listed.
func expectLeft(t *testing.T, config *rest.Config, before, left []string) {
	t.Helper()
	eventually(t, "what is left", func() error {
		var added []string
		now := everything(t, config)
		for _, object := range now {
			if !slices.Contains(before, object) {
				added = append(added, object)
			}
		}
		for _, object := range before {
			if !slices.Contains(now, object) {
				added = append(added, "gone: "+object)
			}
		}
		return diff(left, added)
	})
}

// webhooksGoFirst reads from the audit log that an uninstall deletes the webhook configurations before anything else of the release: there is no
// moment at which the API server asks pods that are gone.
func webhooksGoFirst(t *testing.T, audit string) {
	t.Helper()
	file, err := os.Open(audit)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var deleted []string
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var event struct {
			Verb, Stage, UserAgent string
			ObjectRef              struct{ Resource, Name string }
		}
		if err := json.Unmarshal(lines.Bytes(), &event); err != nil {
			t.Fatal(err)
		}
		if event.Verb == "delete" && event.Stage == "ResponseComplete" && strings.HasPrefix(event.UserAgent, "Helm/") && event.ObjectRef.Resource != "secrets" {
			deleted = append(deleted, event.ObjectRef.Resource)
		}
	}
	const first, second = "validatingwebhookconfigurations", "mutatingwebhookconfigurations"
	uninstalls := 0
	for i, resource := range deleted {
		if resource == first {
			uninstalls++
			if i+1 == len(deleted) || deleted[i+1] != second {
				t.Errorf("order %q", deleted)
			}
			continue
		}
		if i == 0 {
			t.Errorf("%s goes first: %q", resource, deleted)
		}
	}
	if uninstalls != 2 {
		t.Errorf("%d uninstalls in the audit log, want 2: %q", uninstalls, deleted)
	}
}
