package page

import (
	"encoding/json"
	"fmt"
	"maps"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/lotus-lake/lotus-gate/policy"
)

// Audit is a document of the scope `audit`, as an example of rules that judge these:
// its kind, and what differs from one on which everything agrees.
type Audit struct {
	Kind   string         `yaml:"kind"`
	Fields map[string]any `yaml:",inline"`
}

// Document is the document that an audit makes of it.
func (a Audit) Document() (policy.Document, error) {
	input, err := agreed(a.Kind)
	if err != nil {
		return policy.Document{}, err
	}
	for name, value := range a.Fields {
		if _, known := input[name]; !known && name != "path" {
			return policy.Document{}, fmt.Errorf("documents of kind %s have no field %s", a.Kind, name)
		}
		input[name] = merged(input[name], value)
	}
	path, _ := input["path"].(string)
	delete(input, "path")
	return policy.Document{Kind: a.Kind, Path: path, Input: input, At: &policy.Position{Path: path}}, nil
}

// merged lays an example's value over the agreed one: objects field by field.
func merged(under, over any) any {
	inner, ok := under.(map[string]any)
	fields, also := over.(map[string]any)
	if !ok || !also {
		return over
	}
	out := maps.Clone(inner)
	for name, value := range fields {
		out[name] = merged(out[name], value)
	}
	return out
}

// agreed is a document on which there is nothing to say.
func agreed(kind string) (map[string]any, error) {
	text, ok := agreedDocuments[kind]
	if !ok {
		return nil, fmt.Errorf("%q is no kind of document of an audit", kind)
	}
	var input map[string]any
	dec := json.NewDecoder(strings.NewReader(text))
	dec.UseNumber()
	if err := dec.Decode(&input); err != nil {
		return nil, fmt.Errorf("document of kind %s: %w", kind, err)
	}
	return input, nil
}

var agreedDocuments = map[string]string{
	"resource": `{
		"role": "connection", "type": "airbyte_connection", "address": "airbyte_connection.shopify_to_lake", "name": "Shopify to Lake",
		"git": {
			"address": "airbyte_connection.shopify_to_lake", "module": "orchestration/airbyte/terraform", "title": "Shopify to Lake", "repeated": false,
			"at": {"path": "orchestration/airbyte/terraform/connections.tf", "line": 1, "column": 1},
			"state": "Secret lotus-lake/tfstate-default-airbyte", "terraform": {"namespace": "lotus-lake", "name": "airbyte"}
		},
		"claims": [{
			"state": "Secret lotus-lake/tfstate-default-airbyte", "path": "secrets/lotus-lake/tfstate-default-airbyte", "file": false, "owned": true, "lineage": "5b6f9f7e",
			"serial": 12, "address": "airbyte_connection.shopify_to_lake", "id": "c-1", "name": "Shopify to Lake", "deposed": false, "source_id": "s-1", "destination_id": "d-1"
		}],
		"rivals": [],
		"airbyte": {
			"id": "c-1", "name": "Shopify to Lake", "status": "active", "used_by": [],
			"source": {"id": "s-1", "known": true, "name": "Shopify", "address": "airbyte_source.shopify"},
			"destination": {"id": "d-1", "known": true, "name": "Lake", "address": "airbyte_destination.lake"}
		},
		"namesakes": [], "adopt": null, "differences": [], "access_keys": [], "terraform": {"namespace": "lotus-lake", "name": "airbyte"},
		"read": {"git": true, "state": true, "airbyte": true}, "unsure": false
	}`,
	"state": `{
		"origin": "Secret lotus-lake/tfstate-default-airbyte", "file": false, "named": false, "owned": true, "terraform": {"namespace": "lotus-lake", "name": "airbyte"},
		"missing": false, "applied": "main@sha1:4f2a9c1d", "created": "2026-01-06T22:00:00Z", "lineage": "5b6f9f7e", "serial": 12, "resources": 9,
		"others": [], "before": null, "copy_of": null
	}`,
	"delivery": `{
		"terraform": {"namespace": "lotus-lake", "name": "airbyte"}, "backend": "secret", "suspended": false, "approve": "auto",
		"source": {
			"kind": "GitRepository", "namespace": "flux-system", "name": "lotus-lake", "found": true, "suspended": false, "revision": "main@sha1:0b1c2d3e",
			"since": "2026-06-01T11:00:00Z", "age_seconds": 3600, "ready": "True", "reason": "Succeeded"
		},
		"attempted": "main@sha1:0b1c2d3e", "planned": "main@sha1:0b1c2d3e", "applied": "main@sha1:0b1c2d3e", "pending_plan": null, "failures": 0, "retries": null,
		"stalled": false, "ready": "True", "reason": "TerraformAppliedSucceed", "last_success": "2026-06-01T11:02:00Z", "interval_seconds": 300,
		"step": "done", "since": "2026-06-01T11:02:00Z", "age_seconds": 3480, "inputs": [], "access_keys": []
	}`,
	"workload": `{
		"workload": {"kind": "Deployment", "namespace": "lotus-lake", "name": "cube"}, "running": 1, "oldest_pod": "2026-06-01T11:00:00Z",
		"inputs": [], "access_keys": [], "code": []
	}`,
	"backfill": `{
		"source": "shopify",
		"flags": [{
			"stream": "orders", "at": {"path": "orchestration/dag/streams/shopify/orders.json", "line": 5, "column": 3}, "since": "2026-06-01T09:00:00Z", "age_seconds": 10800
		}],
		"connection": {"address": "airbyte_connection.shopify_to_lake", "id": "c-1", "name": "Shopify to Lake"},
		"reset": {"address": "null_resource.shopify_backfill", "applied": true}, "jobs": []
	}`,
}

func (a Audit) markdown(b *strings.Builder) {
	fmt.Fprintf(b, "`%s` with\n\n```yaml\n", a.Kind)
	enc := yaml.NewEncoder(b)
	enc.SetIndent(2)
	if err := enc.Encode(a.Fields); err != nil {
		fmt.Fprintln(b, err)
	}
	b.WriteString("```\n\n")
}
