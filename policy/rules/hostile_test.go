package rules_test

import (
	"fmt"
	"maps"
	"testing"

	"github.com/lotus-lake/lotus-gate/policy"
	"github.com/lotus-lake/lotus-gate/policy/rules"
)

// odd are values of every JSON type: what a file may hold where a rule expects
// something else.
var odd = []any{
	nil, false, 7, "", "id",
	[]any{},
	[]any{7},
	[]any{nil},
	[]any{"id"},
	[]any{[]any{}},
	[]any{[]any{7}},
	map[string]any{},
	map[string]any{"id": nil},
	map[string]any{"id": []any{"x"}},
	[]any{map[string]any{"name": 7}},
}

// TestOddContentIsJudged: whatever a file holds, rules reach a verdict. An
// evaluation error would end the gate with "could not decide" where
// stream/schema has a sentence to say.
func TestOddContentIsJudged(t *testing.T) {
	set, err := policy.Load(rules.FS, nil)
	if err != nil {
		t.Fatal(err)
	}
	engine, err := policy.NewEngine(set, policy.Config{})
	if err != nil {
		t.Fatal(err)
	}
	judge := func(name, kind string, input map[string]any) {
		t.Helper()
		for _, when := range []policy.When{policy.Tip, policy.History} {
			if _, err := engine.Judge(t.Context(), policy.Document{Kind: kind, Path: name, Input: input}, when); err != nil {
				t.Error(err)
			}
		}
	}
	for i, value := range odd {
		judge(fmt.Sprintf("content: odd[%d]", i), "stream", stream(value))
		for _, connector := range []any{"airbyte", "dlt", value} {
			for _, key := range []string{"stream", "sync_mode", "destination_sync_mode", "primary_key", "cursor_field", "fields", "selected", "schedule", "backfill"} {
				content := map[string]any{
					"connector": connector, "sync_mode": "incremental", "destination_sync_mode": "append_dedup",
					"cursor_field": []any{"updated_at"}, "primary_key": []any{[]any{"id"}},
				}
				content[key] = value
				judge(fmt.Sprintf("%s: odd[%d]", key, i), "stream", stream(content))
			}
		}
		for _, object := range objects(value) {
			judge(fmt.Sprintf("%v", object), "manifest", map[string]any{"object": object, "encrypted": false})
			for _, operation := range []string{"CREATE", "UPDATE", "DELETE"} {
				judge(fmt.Sprintf("%s %v", operation, object), "request", requestOn(operation, object))
			}
		}
	}
}

func stream(content any) map[string]any {
	return map[string]any{
		"source": "shopify", "name": "orders", "content": content, "syntax": nil, "duplicate_keys": []any{}, "schema_errors": []any{},
		"schedule_error": nil,
		"discovered": map[string]any{
			"path": "orchestration/dag/sources/shopify/orders.json", "fields": map[string]any{"id": "integer"},
			"sync_modes": []any{"full_refresh"}, "destination_sync_modes": []any{"append"},
			"primary_key": []any{[]any{"id"}}, "cursor_field": []any{"created_at"},
		},
	}
}

func requestOn(operation string, object map[string]any) map[string]any {
	return map[string]any{
		"operation": operation, "user": map[string]any{"name": "alice", "groups": []any{}},
		"resource":  map[string]any{"group": "", "version": "v1", "resource": "secrets"},
		"namespace": "lake", "name": "tfstate-default-lake", "subresource": "", "dry_run": false,
		"object": object, "old_object": object, "unchanged": false,
		"live": map[string]any{"terraforms": []any{}, "missing": []any{}, "state": nil},
	}
}

// objects are Secrets and Terraform objects with an odd value in each place.
func objects(value any) []map[string]any {
	var all []map[string]any
	for _, kind := range []map[string]any{
		{"apiVersion": "v1", "kind": "Secret"},
		{"apiVersion": "infra.contrib.fluxcd.io/v1alpha2", "kind": "Terraform"},
	} {
		for _, key := range []string{"apiVersion", "kind", "metadata", "data", "stringData", "spec"} {
			object := maps.Clone(kind)
			object[key] = value
			all = append(all, object)
		}
		for _, key := range []string{
			"destroyResourcesOnDeletion", "alwaysCleanupRunnerPod", "force", "retryInterval", "interval", "remediation", "sourceRef",
			"workspace", "backendConfig", "backendConfigsFrom", "planOnly",
		} {
			object := maps.Clone(kind)
			object["spec"] = map[string]any{key: value}
			all = append(all, object)
		}
		for _, section := range []string{"metadata", "data", "stringData"} {
			object := maps.Clone(kind)
			object[section] = map[string]any{"name": value}
			all = append(all, object)
		}
	}
	return all
}
