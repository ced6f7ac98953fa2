package config

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"

	"github.com/lotus-lake/lotus-gate/policy"
	"github.com/lotus-lake/lotus-gate/test/schematest"
	"github.com/lotus-lake/lotus-gate/validate/ruleyaml"
)

// shipped stands for the rules of a gate.
var shipped = []policy.Rule{{
	ID: "backfill/overdue", Title: "Backfill flag left on", Severity: policy.Error,
	Parameters: map[string]policy.Parameter{"max_age": {Description: "how long", Default: "72h"}, "names": {Default: []any{"a"}}},
}}

// TestSchemaKeys: every key that Parse reads is in the schema, and no other.
func TestSchemaKeys(t *testing.T) {
	text, err := JSONSchema(nil)
	if err != nil {
		t.Fatal(err)
	}
	var schema map[string]any
	if err := json.Unmarshal(text, &schema); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(keysOf(reflect.TypeFor[Config](), ""), keysIn(schema, schema, "")); diff != "" {
		t.Errorf("keys (-Parse +schema):\n%s", diff)
	}
}

// keysOf lists the paths of the keys of a type, sorted; "*" is any key or element.
func keysOf(typ reflect.Type, path string) []string {
	var keys []string
	switch typ.Kind() {
	case reflect.Pointer:
		return keysOf(typ.Elem(), path)
	case reflect.Slice, reflect.Map:
		if typ == reflect.TypeFor[ruleyaml.Stages]() {
			return nil
		}
		return keysOf(typ.Elem(), path+".*")
	case reflect.Struct:
		if typ == reflect.TypeFor[Day]() || typ == reflect.TypeFor[policy.Stage]() {
			return nil
		}
		for field := range typ.Fields() {
			if name := field.Tag.Get("yaml"); name != "-" {
				keys = append(keys, path+"."+name)
				keys = append(keys, keysOf(field.Type, path+"."+name)...)
			}
		}
	default:
	}
	slices.Sort(keys)
	return keys
}

// keysIn lists the same of a schema.
func keysIn(root, schema map[string]any, path string) []string {
	if ref, ok := schema["$ref"].(string); ok {
		return keysIn(root, inside(root, strings.Split(strings.TrimPrefix(ref, "#/"), "/")...), path)
	}
	var keys []string
	properties, _ := schema["properties"].(map[string]any)
	for name, value := range properties {
		keys = append(keys, path+"."+name)
		keys = append(keys, keysIn(root, value.(map[string]any), path+"."+name)...)
	}
	for _, each := range []string{"items", "additionalProperties"} {
		if value, ok := schema[each].(map[string]any); ok {
			keys = append(keys, keysIn(root, value, path+".*")...)
		}
	}
	slices.Sort(keys)
	return keys
}

// TestSchemaIsParse: the schema takes what Parse takes, and refuses what it refuses.
func TestSchemaIsParse(t *testing.T) {
	text, err := JSONSchema(shipped)
	if err != nil {
		t.Fatal(err)
	}
	valid := schematest.Compile(t, text)
	waiver := "waivers: [{rule: a/b, path: 'x/**', reason: y, owner: z, expires: 2026-01-01}]"
	for _, good := range []string{
		"", "version: 1", "fail_on: warning", "fail_on: never", "branches: [main, 'release/*']", "branches:", "layout: {streams: lake/streams}",
		"layout: {sources: a, catalog: b.json, terraform: [c, d/e.f, .]}", "rules:", "rules: {backfill/overdue: {severity: warning, parameters: {max_age: 24h}}}",
		"rules: {backfill/overdue: {parameters: {names: [b, c]}}}", "rules: {an/authors: {enabled: false, parameters: {x: {y: [1]}}}}", "rules: {a/b: }", waiver,
		"waivers: [{rule: gate/not_inspected, path: a.zip, reason: y, owner: z, expires: '2026-01-01'}]",
		"policies: [policies, a/b]", "trust: {}", "trust: {approvers: [{emails: [a@b], paths: ['x/**']}], branches: ['r/*']}",
		"limits: {blob: 1, unpacked: 2, policy: 1m30s, memory: 3}", "limits: {policy: 0.5s}",
	} {
		if _, err := Parse(File, []byte(good)); err != nil {
			t.Errorf("Parse refuses %q: %v", good, err)
		}
		if err := valid(asJSON(t, good)); err != nil {
			t.Errorf("the schema refuses %q: %v", good, err)
		}
	}
	for _, bad := range []string{
		"vesion: 1", "version: 2", "version: x", "fail_on: sometimes", "fail_on: info", "branches: main", "layout: 7", "layout: {stream: a}",
		"layout: {streams: ../x}", "layout: {streams: a/../b}", "layout: {streams: a/}", "layout: {streams: ./a}", "layout: {streams: a/.}",
		"layout: {streams: ''}", "layout: {terraform: [/etc]}", "layout: {catalog: a/b}", "layout: {catalog: ''}", "rules: [a]",
		"policies: p", "policies: [.]", "policies: [../p]", "trust: {approvers: [{}]}", "trust: {approvers: [{emails: [a b]}]}", "trust: {approver: []}",
		"trust: {approvers: [{emails: [a@b], paths: [/x]}]}", "trust: {approvers: [{emails: [a@b]}], branches: [/r]}", "trust: {keys: [x]}",
		"rules: {a/b: {severity: fatal}}", "rules: {a/b: {enable: true}}", "rules: {a/b: {enabled: 7}}", "rules: {a/b: {parameters: [x]}}",
		"waivers: {a: b}", strings.Replace(waiver, "owner: z, ", "", 1), strings.Replace(waiver, "reason: y", "reason: ''", 1),
		strings.Replace(waiver, "expires", "until", 1), strings.Replace(waiver, "2026-01-01", "soon", 1), strings.Replace(waiver, "2026-01-01", "2026-1-1", 1),
		"limits: {blob: 0}", "limits: {memory: -1}", "limits: {policy: 0s}", "limits: {policy: soon}", "limits: {bytes: 1}", "- 1", "7",
	} {
		if _, err := Parse(File, []byte(bad)); err == nil {
			t.Errorf("Parse takes %q", bad)
		}
		if err := valid(asJSON(t, bad)); err == nil {
			t.Errorf("the schema takes %q", bad)
		}
	}
	// What Parse leaves to the rules.
	for _, bad := range []string{
		"rules: {backfill/overdue: {parameters: {max_age: 3}}}", "rules: {backfill/overdue: {parameters: {max: 24h}}}", "rules: {backfill/overdue: {parameters: {names: a}}}",
	} {
		if err := valid(asJSON(t, bad)); err == nil {
			t.Errorf("the schema takes %q", bad)
		}
	}
}

// asJSON is a configuration as an editor's YAML gives it to a schema: days are text.
func asJSON(t *testing.T, text string) any {
	t.Helper()
	var root yaml.Node
	if err := yaml.Unmarshal([]byte(text), &root); err != nil {
		t.Fatal(err)
	}
	daysAsText(&root)
	var value any
	if err := root.Decode(&value); err != nil && text != "" {
		t.Fatal(err)
	}
	return value
}

func daysAsText(node *yaml.Node) {
	if node.Tag == "!!timestamp" {
		node.Tag = "!!str"
	}
	for _, child := range node.Content {
		daysAsText(child)
	}
}

// TestSchemaDefaults: what editors show as defaults is what Default says.
func TestSchemaDefaults(t *testing.T) {
	var schema map[string]any
	if err := json.Unmarshal(schemaText, &schema); err != nil {
		t.Fatal(err)
	}
	properties := inside(schema, "properties")
	limits, layout := inside(properties, "limits", "properties"), inside(properties, "layout", "properties")
	def := func(schema map[string]any, key string) any { return inside(schema, key)["default"] }
	got := []any{
		def(properties, "fail_on"), def(properties, "branches"), def(layout, "streams"), def(layout, "sources"), def(layout, "catalog"),
		def(layout, "terraform"), def(limits, "blob"), def(limits, "unpacked"), def(limits, "policy"), def(limits, "memory"),
	}
	d := Default()
	want := []any{
		d.FailOn, d.Branches, d.Layout.Streams, d.Layout.Sources, d.Layout.Catalog,
		d.Layout.Terraform, d.Limits.Blob, d.Limits.Unpacked, d.Limits.Policy.String(), d.Limits.Memory,
	}
	if diff := cmp.Diff(plain(t, want), plain(t, got)); diff != "" {
		t.Errorf("defaults (-Default +schema):\n%s", diff)
	}
}

func plain(t *testing.T, value any) any {
	t.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	var out any
	if err := json.Unmarshal(text, &out); err != nil {
		t.Fatal(err)
	}
	return out
}
