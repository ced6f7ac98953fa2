package audit

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/google/go-cmp/cmp"

	"github.com/lotus-lake/lotus-gate/test/standin"
)

// findings are the rules of a report in JSON with how often each speaks, and what they say.
func findings(t *testing.T, text string) (map[string]int, []string) {
	t.Helper()
	var report struct {
		Findings []struct{ Rule, Message, Remedy string }
	}
	must(t, json.Unmarshal([]byte(text), &report))
	rules, said := map[string]int{}, []string{}
	for _, f := range report.Findings {
		rules[f.Rule]++
		met[f.Rule] = true
		said = append(said, f.Rule+": "+f.Message)
		if f.Remedy == "" {
			t.Errorf("%s has no remedy", f.Rule)
		}
	}
	return rules, said
}

// TestTickets builds the situations of TICKET-002 to TICKET-005 in one lake: connections made twice after a state was lost, a second state of a local run,
// a source that was deleted although a connection uses it, and a rotated credential. One audit names each; its script mends all.
func TestTickets(t *testing.T) {
	s := open(t, time.Hour)
	if out, code := s.audit("json"); code != 0 || strings.Contains(out, `"rule"`) {
		t.Fatalf("the lake is not clean to begin with (exit %d):\n%s", code, out)
	}
	s.airbyte.Requests()
	id := func(kind, name string) string { return s.airbyte.IDs(kind, name)[0] }
	source, destination, connection := id("source", "Shopify"), id("destination", "Lake"), id("connection", "Shopify → Lake")

	// TICKET-002: what an earlier state had made is still there.
	oldSource := s.airbyte.Put("source", standin.Object{"name": "Shopify"})
	oldConnection := s.airbyte.Put("connection", standin.Object{"name": "Shopify → Lake", "sourceId": oldSource, "destinationId": destination, "status": "active"})

	// TICKET-003: somebody ran Terraform in the checkout, and it made its own.
	localSource := s.airbyte.Put("source", standin.Object{"name": "Shopify (laptop)"})
	local := standin.State("77aa00bb-0000-4000-8000-000000000000", 3, []standin.Managed{
		{Address: "airbyte_source.shopify", Attributes: map[string]any{"source_id": localSource, "name": "Shopify (laptop)", "connection_configuration": map[string]any{"api_password": planted}}},
	})
	must(t, os.WriteFile(filepath.Join(s.checkout, "terraform", "terraform.tfstate"), local, 0o600))

	// TICKET-003: and the source that the managed connection uses was deleted.
	s.airbyte.Remove("source", source)

	// TICKET-004 and TICKET-005: the access key was rotated, and Terraform has not run since.
	time.Sleep(1100 * time.Millisecond) // the API's times have seconds
	must(t, api.Patch(t.Context(), &corev1.Secret{ObjectMeta: s.meta("lake")}, merge(`{"stringData":{"s3_access_key_id":"`+newKey+`","s3_secret_access_key":"`+newValue+`"}}`)))
	must(t, api.Patch(t.Context(), &corev1.Secret{ObjectMeta: s.meta("seaweedfs-s3-config")}, merge(`{"stringData":{"seaweedfs_s3_config":`+quote(identities(newKey, newValue))+`}}`)))

	out, code := s.audit("json")
	rules, said := findings(t, out)
	if code != 1 {
		t.Errorf("exit %d, want 1", code)
	}
	want := map[string]int{
		"audit/orphan": 3, "audit/duplicate_name": 1, "audit/dangling_id": 1, "audit/lost": 1, "audit/local_state": 2, "audit/lineage_changed": 1,
		"audit/stale_rollout": 1, "audit/identity_unknown": 1,
	}
	if diff := cmp.Diff(want, rules); diff != "" {
		t.Errorf("findings (-want +got):\n%s\n%s", diff, strings.Join(said, "\n"))
	}
	for _, name := range []string{oldSource, oldConnection, localSource, source, connection} {
		if !strings.Contains(strings.Join(said, "\n"), name) {
			t.Errorf("%s is not named in\n%s", name, strings.Join(said, "\n"))
		}
	}
	for _, format := range []string{"text", "resources", "sarif"} {
		s.audit(format) // which looks for secrets
	}
	if asked := s.airbyte.Requests(); slices.ContainsFunc(asked, func(r string) bool { return !strings.HasSuffix(r, "/list") }) {
		t.Errorf("an audit asked for more than lists: %q", asked)
	}

	runs := s.runs()
	s.mend()
	s.applied(runs + 1)
	out, code = s.audit("json")
	if _, said := findings(t, out); code != 0 || len(said) > 0 {
		t.Errorf("after the script: exit %d\n%s", code, strings.Join(said, "\n"))
	}
	if got, ok := s.airbyte.Get("destination", destination); !ok || got["connectionConfiguration"].(map[string]any)["access_key_id"] != newKey {
		t.Error("the destination does not have the new key")
	}
}

// TestLostState: the state Secret is deleted. The script adopts what Airbyte has, so that nothing is made twice.
func TestLostState(t *testing.T) {
	s := open(t, time.Second)
	connection := s.airbyte.IDs("connection", "Shopify → Lake")
	must(t, api.Delete(t.Context(), &corev1.Secret{ObjectMeta: s.meta("tfstate-default-lake")}))
	out, code := s.audit("json")
	rules, said := findings(t, out)
	if diff := cmp.Diff(map[string]int{"audit/lineage_changed": 1, "audit/orphan": 3, "audit/unapplied": 3}, rules); diff != "" || code != 1 {
		t.Errorf("exit %d (-want +got):\n%s\n%s", code, diff, strings.Join(said, "\n"))
	}
	runs := s.runs()
	s.mend()
	s.applied(runs + 1)
	out, code = s.audit("json")
	if _, said := findings(t, out); code != 0 || len(said) > 0 {
		t.Errorf("after the script: exit %d\n%s", code, strings.Join(said, "\n"))
	}
	if diff := cmp.Diff(connection, s.airbyte.IDs("connection", "Shopify → Lake")); diff != "" {
		t.Errorf("connections (-before +after):\n%s", diff)
	}
}

// TestWithoutRights: a kubeconfig that may read nothing ends undecided, and says which verb on which resource in which namespace is missing.
func TestWithoutRights(t *testing.T) {
	s := open(t, time.Hour)
	kubeconfig, err := api.KubeconfigFor("nobody")
	must(t, err)
	out, code := s.auditAs(kubeconfig, "text")
	if code != 3 {
		t.Errorf("exit %d, want 3", code)
	}
	for _, want := range []string{
		"may not list secrets in namespace " + s.name.Namespace,
		"may not list terraforms.infra.contrib.fluxcd.io in namespace " + s.name.Namespace,
		`a Role with verb "list" on resource "terraforms" of API group "infra.contrib.fluxcd.io" is missing`,
		"may not list pods in namespace",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is not in\n%s", want, out)
		}
	}
}

func merge(text string) client.Patch {
	return client.RawPatch("application/merge-patch+json", []byte(text))
}

func quote(text string) string {
	quoted, _ := json.Marshal(text)
	return string(quoted)
}
