package config

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"maps"

	"github.com/lotus-lake/lotus-gate/policy"
)

//go:embed config.schema.json
var schemaText []byte

// JSONSchema returns the JSON Schema (draft 7) of configurations, for editors:
// config.schema.json with the ids of some rules and what each says of its
// parameters. Rules that are not among them may be named too.
func JSONSchema(rules []policy.Rule) ([]byte, error) {
	var schema map[string]any
	if err := json.Unmarshal(schemaText, &schema); err != nil {
		return nil, fmt.Errorf("schema of %s: %w", File, err)
	}
	known, ids := map[string]any{}, []string{NotInspected}
	for _, rule := range rules {
		known[rule.ID] = ruleSchema(rule)
		ids = append(ids, rule.ID)
	}
	inside(schema, "properties", "rules")["properties"] = known
	// An empty alternative: editors offer the ids, and others are right as well.
	inside(schema, "definitions", "waiver", "properties", "rule")["anyOf"] = []any{map[string]any{"enum": ids}, map[string]any{}}

	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	err := enc.Encode(schema)
	return out.Bytes(), err
}

// ruleSchema is definitions/rule for one rule, whose parameters are known.
func ruleSchema(rule policy.Rule) map[string]any {
	parameters := map[string]any{}
	for name, p := range rule.Parameters {
		schema := map[string]any{"type": jsonType(p.Default)}
		if p.Schema != nil {
			schema = maps.Clone(p.Schema)
		}
		schema["description"], schema["default"] = p.Description, p.Default
		parameters[name] = schema
	}
	return map[string]any{
		"description": rule.Title,
		"type":        []string{"object", "null"}, "additionalProperties": false,
		"properties": map[string]any{
			"enabled":  map[string]any{"$ref": "#/definitions/rule/properties/enabled"},
			"severity": map[string]any{"$ref": "#/definitions/severity", "default": rule.Severity},
			"action":   map[string]any{"$ref": "#/definitions/action"},
			"paths":    map[string]any{"$ref": "#/definitions/paths"},
			"parameters": map[string]any{
				"type": []string{"object", "null"}, "additionalProperties": false, "properties": parameters,
			},
		},
	}
}

// jsonType names the type of a parameter as the engine compares it.
func jsonType(value any) string {
	switch value.(type) {
	case bool:
		return "boolean"
	case string:
		return "string"
	case []any:
		return "array"
	case map[string]any:
		return "object"
	case nil:
		return "null"
	default:
		return "number"
	}
}

// inside leads to an object inside a schema, whose keys are there.
func inside(schema map[string]any, keys ...string) map[string]any {
	for _, key := range keys {
		schema = schema[key].(map[string]any)
	}
	return schema
}
