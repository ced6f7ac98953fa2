package policy

import (
	"fmt"
	"maps"
	"slices"
)

// Keywords of JSON Schema, draft 7, by what they hold.
var (
	schemaPlain = []string{
		"$schema", "$id", "$ref", "$comment", "title", "description", "default", "examples", "type", "enum", "const", "format",
		"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minLength", "maxLength", "pattern",
		"minItems", "maxItems", "uniqueItems", "minProperties", "maxProperties", "required",
	}
	schemaOne = []string{
		"items", "additionalItems", "additionalProperties", "contains", "propertyNames", "not", "if", "then", "else",
	}
	schemaMap  = []string{"properties", "patternProperties", "definitions", "dependencies"}
	schemaList = []string{"allOf", "anyOf", "oneOf"}
)

// checkKeywords refuses a misspelt keyword, which a schema would ignore.
func checkKeywords(schema any) error {
	object, ok := schema.(map[string]any)
	if !ok {
		return nil // true, false or a list of names
	}
	for _, key := range slices.Sorted(maps.Keys(object)) {
		var below []any
		switch {
		case slices.Contains(schemaPlain, key):
		case slices.Contains(schemaOne, key):
			below = []any{object[key]}
			if list, ok := object[key].([]any); ok { // items, one by one
				below = list
			}
		case slices.Contains(schemaMap, key):
			named, _ := object[key].(map[string]any)
			for _, name := range slices.Sorted(maps.Keys(named)) {
				below = append(below, named[name])
			}
		case slices.Contains(schemaList, key):
			below, _ = object[key].([]any)
		default:
			all := slices.Concat(schemaPlain, schemaOne, schemaMap, schemaList)
			return fmt.Errorf("%q is no keyword of JSON Schema%s", key, DidYouMean(key, all))
		}
		for _, s := range below {
			if err := checkKeywords(s); err != nil {
				return err
			}
		}
	}
	return nil
}
