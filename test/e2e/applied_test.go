package e2e

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/lotus-lake/lotus-gate/test/scenario"
	"github.com/lotus-lake/lotus-gate/test/standin"
	"github.com/lotus-lake/lotus-gate/tofu"
)

// TestTodos goes through the lake's four workflows end to end: an edit is pushed through the gate, the Receiver is poked, the source fetches, Terraform
// attempts and applies, Airbyte has it, the pusher reads so, and the audit is clean. A backfill resets its connection once, and the flag's return to false none.
func TestTodos(t *testing.T) {
	s := stage(t)
	loop, err := s.OpenLoop(t.Context(), scenario.LoopOptions{Namespace: "todos", Config: standin.Config{RunTime: 300 * time.Millisecond, LooksForDrift: true}})
	must(t, err)
	defer func() { must(t, loop.Close()) }()
	if diff := cmp.Diff([]string{"Klaviyo", "Shopify"}, loop.API.Names("source")); diff != "" {
		t.Fatalf("the lake to begin with: %s", diff)
	}
	loop.API.Changes()
	connection := loop.API.IDs("connection", "Shopify → Lake")
	schema := func() string {
		object, _ := loop.API.Get("connection", connection[0])
		text, err := json.Marshal(object["syncCatalog"])
		must(t, err)
		return string(text)
	}
	before := schema()

	const all = "2 airbyte_connection, 1 airbyte_destination, 2 airbyte_source"
	for _, step := range []struct {
		todo, change string
		made         []string // of Airbyte's objects
		resets       int      // so far
		there        string   // in the end
	}{
		{"TODO-002: modify a connection's schema", "01-add-a-field", nil, 0, all},
		{"TODO-004: trigger a backfill", "02-backfill-on", nil, 1, all + ", 1 null_resource"},
		{"TODO-004: and return", "03-backfill-off", nil, 1, all},
		{"a source under another name", "10-renamed-without-moved", []string{"delete source Shopify", "create source Shopify", "delete connection Shopify → Lake", "create connection Shopify → Lake"}, 1, all},
		{"TODO-003: remove a source", "11-remove-a-source", []string{"delete connection Klaviyo → Lake", "delete source Klaviyo"}, 1, "1 airbyte_connection, 1 airbyte_destination, 1 airbyte_source"},
		{"TODO-001: add a source", "12-add-a-source", []string{"create source Facebook Ads"}, 1, "1 airbyte_connection, 1 airbyte_destination, 2 airbyte_source"},
	} {
		began := time.Now()
		told, err := loop.Change(t.Context(), step.change)
		must(t, err)
		t.Logf("%s, %s\n%s", step.todo, time.Since(began).Round(100*time.Millisecond), told)
		for _, want := range []string{"receiver told Flux to look", "source   GitRepository todos/lotus-lake serves main@sha1:", "plan     Terraform todos/lotus-lake-airbyte planned", "apply    Terraform todos/lotus-lake-airbyte applied", "airbyte  Terraform todos/lotus-lake-airbyte has " + step.there + "\n", "  applied  "} {
			if !strings.Contains(told, want) {
				t.Errorf("%s: the pusher does not read %q", step.todo, want)
			}
		}
		if diff := cmp.Diff(step.made, loop.API.Changes()); diff != "" {
			t.Errorf("%s: Airbyte (-want +got):\n%s", step.todo, diff)
		}
		if got := loop.API.AllResets(); got != step.resets {
			t.Errorf("%s: %d resets so far, want %d", step.todo, got, step.resets)
		}
		switch step.change {
		case "01-add-a-field":
			const selected = `{"field_path":["total_price"]}`
			if after := schema(); strings.Contains(before, selected) || !strings.Contains(after, selected) {
				t.Errorf("the schema of the connection: %s", after)
			}
		case "02-backfill-on":
			if loop.API.Resets(connection[0]) != 1 {
				t.Error("another connection was reset")
			}
		}
		audit, code, err := loop.Audit(t.Context())
		must(t, err)
		// The reset of a backfill is over at once here, so that the audit warns of a flag that is still on.
		if on := step.change == "02-backfill-on"; code != 0 || on != strings.Contains(audit, "audit/backfill_stuck") || !on && !strings.Contains(audit, "nothing found") {
			t.Errorf("%s: the audit ends with %d:\n%s", step.todo, code, audit)
		}
		told += audit
		if found := s.Planted.Found(told); found != "" {
			t.Errorf("%s: a secret is told: %s", step.todo, found)
		}
	}
	said, code, err := loop.Gate(t.Context(), "status", "HEAD")
	must(t, err)
	if code != 0 || !strings.Contains(said, "Terraform todos/lotus-lake-airbyte: applied") {
		t.Errorf("status: exit %d\n%s", code, said)
	}
	t.Log(said)
	stable(t, s, loop)
}

// stable: nothing moves any more; and when something drifts for ever, it is named.
func stable(t *testing.T, s *scenario.Stage, loop *scenario.Loop) {
	t.Helper()
	said, code, err := loop.Gate(t.Context(), "status", "--wait-stable=2s")
	must(t, err)
	if code != 0 || !strings.Contains(said, "stable: nothing changed for 2s") {
		t.Errorf("stable: exit %d\n%s", code, said)
	}
	name := types.NamespacedName{Namespace: "todos", Name: "lotus-lake-airbyte"}
	loop.Drift(name, "  # airbyte_connection.shopify_to_lake will be updated in-place\n  ~ resource \"airbyte_connection\" \"shopify_to_lake\" {\n      ~ status = \"inactive\" -> \"active\"\n    }\n")
	object := &tofu.Terraform{}
	must(t, s.Client.Get(t.Context(), name, object))
	must(t, s.Client.Patch(t.Context(), object, client.RawPatch(types.MergePatchType, []byte(`{"spec":{"interval":"1s"}}`))))
	said, code, err = loop.Gate(t.Context(), "status", "--wait-stable=4s", "--timeout", "8s")
	must(t, err)
	for _, want := range []string{"not stable: something changed within the last 4s", "Terraform todos/lotus-lake-airbyte: drift of airbyte_connection.shopify_to_lake: status", "status.lastDriftDetectedAt"} {
		if code != 1 || !strings.Contains(said, want) {
			t.Errorf("a drift for ever: exit %d, want 1 and %q:\n%s", code, want, said)
		}
	}
}
