package stream

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"github.com/lotus-lake/lotus-gate/validate/parse"
)

//go:embed stream.schema.json
var jsonSchemaText string

// JSONSchema returns the published JSON Schema (draft 7) of stream configurations, for
// editors and other tools.
func JSONSchema() string { return jsonSchemaText }

// Violation is one departure from the schema.
type Violation struct {
	Field   []any // keys (string) and indexes (int) from the file's root
	Message string
}

// The top-level keys, the one that only editors read last, and the modes.
var (
	streamKeys = []string{
		"stream", "connector", "sync_mode", "destination_sync_mode", "primary_key", "cursor_field",
		"selected", "backfill", "fields", "schedule", "initial_value", "$schema",
	}
	syncModes        = []string{"full_refresh", "incremental"}
	destinationModes = []string{"append", "overwrite", "append_dedup"}
	dltModes         = []string{"append", "overwrite", "append_dedup", "merge"}
)

// Validate returns what in a stream configuration breaks JSONSchema, in file order, missing
// keys first. It is that schema written out in Go, twenty times as fast as an interpreter of
// it and with messages for people; a test holds the two against each other.
func Validate(root *parse.Node) []Violation {
	if root.Kind != parse.Object {
		return []Violation{{Field: []any{}, Message: "a stream configuration must be an object, not " + article(root.Kind)}}
	}
	v := validator{}
	if connector := root.Get("connector"); connector != nil {
		v.dlt = connector.Kind == parse.String && connector.Text == "dlt"
	}
	v.required(root)
	members := root.Dict()
	for i := range members {
		v.path = append(v.path[:0], members[i].KeyText())
		v.member(members[i].Key, &members[i].Value)
	}
	return v.found
}

// validator walks one file. path leads to the value it is at.
type validator struct {
	dlt   bool
	path  []any
	found []Violation
}

func (v *validator) add(format string, values ...any) {
	v.found = append(v.found, Violation{Field: slices.Clone(v.path), Message: fmt.Sprintf(format, values...)})
}

func (v *validator) required(root *parse.Node) {
	v.path = []any{}
	if root.Get("stream") == nil {
		v.add(`the key "stream" is missing: it names the stream`)
	}
	if v.dlt && root.Get("initial_value") == nil {
		v.add(`the key "initial_value" is missing: a dlt stream does not run without it`)
	}
	if !v.dlt && root.Get("fields") == nil {
		v.add(`the key "fields" is missing: it lists the columns that are synced`)
	}
}

func (v *validator) member(key string, value *parse.Node) {
	switch key {
	case "stream":
		v.name(key, value)
	case "connector":
		v.oneOf(key, value, []string{"airbyte", "dlt"})
	case "sync_mode":
		v.oneOf(key, value, syncModes)
	case "destination_sync_mode":
		modes := destinationModes
		if v.dlt {
			modes = dltModes
		}
		v.oneOf(key, value, modes)
	case "primary_key":
		v.primaryKey(value)
	case "cursor_field":
		v.columns(key, `a list such as ["updated_at"]`, value)
	case "selected", "backfill":
		v.flag(key, value)
	case "fields":
		if v.fields(value) && !v.dlt && len(value.Members) == 0 {
			v.add("fields is empty: no column would be synced")
		}
	case "schedule":
		if v.dltOnly(key, "Airbyte's schedule is in Terraform, in the airbyte_connection") {
			v.text(key, value)
		}
	case "initial_value":
		if v.dltOnly(key, "Airbyte keeps its own state") && value.Kind != parse.Number {
			v.text(key, value)
		}
	case "$schema":
		v.text(key, value)
	default:
		v.unknown(key)
	}
}

func (v *validator) unknown(key string) {
	if nearest, ok := nearestKey(key); ok {
		v.add("unknown key %s; did you mean %q?", quoted(key), nearest)
		return
	}
	v.add("unknown key %s; the known ones are %s", quoted(key), strings.Join(streamKeys[:len(streamKeys)-1], ", "))
}

func (v *validator) dltOnly(key, why string) bool {
	if !v.dlt {
		v.add(`%s is for a stream with "connector": "dlt": %s`, key, why)
	}
	return v.dlt
}

func (v *validator) text(key string, value *parse.Node) bool {
	if value.Kind != parse.String {
		v.add("%s must be a string, not %s", key, article(value.Kind))
	}
	return value.Kind == parse.String
}

func (v *validator) name(key string, value *parse.Node) {
	if v.text(key, value) && value.Text == "" {
		v.add("%s must not be empty", key)
	}
}

func (v *validator) oneOf(key string, value *parse.Node, allowed []string) {
	if value.Kind == parse.String && slices.Contains(allowed, value.Text) {
		return
	}
	message := key + " must be " + strings.Join(allowed[:len(allowed)-1], ", ") + " or " + allowed[len(allowed)-1]
	switch {
	case value.Kind != parse.String:
		v.add("%s, not %s", message, article(value.Kind))
	case key == "destination_sync_mode" && value.Text == "merge":
		v.add(`%s; merge is for a stream with "connector": "dlt"`, message)
	default:
		v.add("%s, not %s", message, brief(value))
	}
}

// flag insists on true or false; of backfill it says what Terraform makes of a string.
func (v *validator) flag(key string, value *parse.Node) {
	switch {
	case value.Kind == parse.Bool:
	case key == "backfill" && value.Kind == parse.String && (value.Text == "true" || value.Text == "false"):
		v.add("backfill must be %s without quotes: as a string, Terraform's anytrue() converts it but nothing else does", value.Text)
	default:
		v.add("%s must be true or false, not %s", key, article(value.Kind))
	}
}
