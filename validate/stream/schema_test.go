package stream

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

func TestValidate(t *testing.T) {
	airbyte := func(members string) string {
		return `{"stream": "orders", "fields": {"id": {"type": "integer"}}` + members + `}`
	}
	dlt := func(members string) string {
		return `{"stream": "orders", "connector": "dlt", "initial_value": "2020-01-01"` + members + `}`
	}
	one := func(message string, field ...any) []Violation {
		return []Violation{{Field: append([]any{}, field...), Message: message}}
	}
	tests := map[string]struct {
		source string
		want   []Violation
	}{
		"Airbyte": {airbyte(`, "sync_mode": "incremental", "destination_sync_mode": "append_dedup", "primary_key": [["id"]],
			"cursor_field": ["updated_at"], "selected": true, "backfill": false, "connector": "airbyte", "$schema": "x"`), nil},
		"dlt":               {dlt(`, "schedule": "0 * * * *", "destination_sync_mode": "merge", "fields": {}`), nil},
		"dlt from a number": {`{"stream": "o", "connector": "dlt", "initial_value": 0}`, nil},
		"fields":            {airbyte(`, "fields": {"a": {"type": "array", "items": {"x": {"type": "object", "properties": {"y": {}}}}}, "b": {"items": {"type": "string"}, "title": 1}}`), nil},
		"last key counts":   {airbyte(`, "selected": 1, "selected": true`), nil},
		"no object":         {`[]`, one("a stream configuration must be an object, not an array")},
		"nothing": {`{}`, []Violation{
			{[]any{}, `the key "stream" is missing: it names the stream`},
			{[]any{}, `the key "fields" is missing: it lists the columns that are synced`},
		}},
		"dlt without start": {`{"stream": "o", "connector": "dlt"}`, one(`the key "initial_value" is missing: a dlt stream does not run without it`)},
		"misspelt key":      {airbyte(`, "back_fill": true`), one(`unknown key "back_fill"; did you mean "backfill"?`, "back_fill")},
		"camel case":        {airbyte(`, "syncMode": "incremental"`), one(`unknown key "syncMode"; did you mean "sync_mode"?`, "syncMode")},
		"strange key":       {airbyte(`, "namespace": "x"`), one(`unknown key "namespace"; the known ones are stream, connector, sync_mode, destination_sync_mode, primary_key, cursor_field, selected, backfill, fields, schedule, initial_value`, "namespace")},
		"empty name":        {`{"stream": "", "fields": {"a": {}}}`, one("stream must not be empty", "stream")},
		"name a number":     {`{"stream": 5, "fields": {"a": {}}}`, one("stream must be a string, not a number", "stream")},
		"connector":         {airbyte(`, "connector": "DLT"`), one(`connector must be airbyte or dlt, not "DLT"`, "connector")},
		"sync mode":         {airbyte(`, "sync_mode": "incrementl"`), one(`sync_mode must be full_refresh or incremental, not "incrementl"`, "sync_mode")},
		"sync mode null":    {airbyte(`, "sync_mode": null`), one(`sync_mode must be full_refresh or incremental, not null`, "sync_mode")},
		"merge":             {airbyte(`, "destination_sync_mode": "merge"`), one(`destination_sync_mode must be append, overwrite or append_dedup; merge is for a stream with "connector": "dlt"`, "destination_sync_mode")},
		"dlt mode":          {dlt(`, "destination_sync_mode": "upsert"`), one(`destination_sync_mode must be append, overwrite, append_dedup or merge, not "upsert"`, "destination_sync_mode")},
		"flat key":          {airbyte(`, "primary_key": ["id"]`), one(`each part of primary_key must be a list such as ["id"] inside the outer list, not a string`, "primary_key", 0)},
		"key a string":      {airbyte(`, "primary_key": "id"`), one(`primary_key must be a list of lists such as [["id"]], not a string`, "primary_key")},
		"empty key part":    {airbyte(`, "primary_key": [["id"], []]`), one("each part of primary_key must name a column", "primary_key", 1)},
		"key a number":      {airbyte(`, "primary_key": [[1]]`), one("a column's name must be a string, not a number", "primary_key", 0, 0)},
		"cursor a string":   {airbyte(`, "cursor_field": "updated_at"`), one(`cursor_field must be a list such as ["updated_at"], not a string`, "cursor_field")},
		"backfill quoted":   {airbyte(`, "backfill": "true"`), one("backfill must be true without quotes: as a string, Terraform's anytrue() converts it but nothing else does", "backfill")},
		"backfill 1":        {airbyte(`, "backfill": 1`), one("backfill must be true or false, not a number", "backfill")},
		"selected quoted":   {airbyte(`, "selected": "false"`), one("selected must be true or false, not a string", "selected")},
		"empty fields":      {`{"stream": "o", "fields": {}}`, one("fields is empty: no column would be synced", "fields")},
		"fields a list":     {`{"stream": "o", "fields": ["id"]}`, one(`fields must be an object such as {"id": {"type": "integer"}}, not an array`, "fields")},
		"field a string":    {`{"stream": "o", "fields": {"id": "integer"}}`, one(`a field must be an object such as {"type": "string"}, not a string`, "fields", "id")},
		"type a list":       {`{"stream": "o", "fields": {"id": {"type": ["null", "integer"]}}}`, one("type must be a string, not an array", "fields", "id", "type")},
		"nested":            {`{"stream": "o", "fields": {"a": {"items": {"x": {"properties": {"y": {"format": 1}}}}}}}`, one("format must be a string, not a number", "fields", "a", "items", "x", "properties", "y", "format")},
		"items a list":      {`{"stream": "o", "fields": {"a": {"items": []}}}`, one(`items must be an object such as {"type": "string"}, or map names to fields, not an array`, "fields", "a", "items")},
		"Airbyte schedule":  {airbyte(`, "schedule": "0 * * * *"`), one(`schedule is for a stream with "connector": "dlt": Airbyte's schedule is in Terraform, in the airbyte_connection`, "schedule")},
		"dlt schedule":      {dlt(`, "schedule": 5`), one("schedule must be a string, not a number", "schedule")},
		"Airbyte start":     {airbyte(`, "initial_value": 1`), one(`initial_value is for a stream with "connector": "dlt": Airbyte keeps its own state`, "initial_value")},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			file := Read("s/orders.json", []byte(test.source))
			if file.Syntax != nil {
				t.Fatal(file.Syntax)
			}
			if diff := cmp.Diff(test.want, Validate(file.Root)); diff != "" {
				t.Errorf("violations (-want +got):\n%s", diff)
			}
		})
	}
}

// TestValidateIsTheSchema holds Validate against the published schema, as an independent
// interpreter of JSON Schema reads it, on random configurations.
func TestValidateIsTheSchema(t *testing.T) {
	document, err := jsonschema.UnmarshalJSON(strings.NewReader(JSONSchema()))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("stream.schema.json", document); err != nil {
		t.Fatal(err)
	}
	schema, err := compiler.Compile("stream.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	valid := 0
	const files = 4000
	for range files {
		source := nearlyValid(random)
		root := Read("s/a.json", []byte(source)).Root
		want := schema.Validate(root.Value())
		got := Validate(root)
		if (want == nil) != (len(got) == 0) {
			t.Fatalf("%s\nschema: %v\n  ours: %v", source, want, got)
		}
		if want == nil {
			valid++
		}
	}
	if valid < files/20 || valid > files*19/20 {
		t.Errorf("%d of %d random files are valid: too few of one sort", valid, files)
	}
}

// nearlyValid writes a configuration with a few of the members of a valid one exchanged.
func nearlyValid(random *rand.Rand) string {
	pick := func(options ...string) string { return options[random.IntN(len(options))] }
	members := []string{
		`"stream": ` + pick(`"a"`, `"a"`, `"a"`, `""`, `1`),
		`"connector": ` + pick(`"dlt"`, `"dlt"`, `"airbyte"`, `"x"`, `null`),
		`"sync_mode": ` + pick(`"incremental"`, `"full_refresh"`, `"append"`),
		`"destination_sync_mode": ` + pick(`"append"`, `"overwrite"`, `"append_dedup"`, `"merge"`, `"update"`, `[]`),
		`"primary_key": ` + pick(`[["id"]]`, `[["a"],["b"]]`, `[]`, `[[]]`, `["id"]`, `[["a"],[1]]`, `{}`),
		`"cursor_field": ` + pick(`["a"]`, `[]`, `"a"`, `[1]`),
		`"selected": ` + pick(`true`, `false`, `"true"`, `1`),
		`"backfill": ` + pick(`true`, `false`, `"true"`, `null`),
		`"schedule": ` + pick(`"0 * * * *"`, `5`),
		`"initial_value": ` + pick(`"2020"`, `0`, `null`),
		`"$schema": ` + pick(`"x"`, `1`),
		pick(`"backfil"`, `"Stream"`, `"x"`) + `: 1`,
	}
	kept := []string{}
	for i, member := range members {
		if i == 0 && random.IntN(20) > 0 || random.IntN(6) == 0 {
			kept = append(kept, member)
		}
	}
	if random.IntN(10) > 0 {
		kept = append(kept, `"fields": `+nearlyValidFields(random, 2))
	}
	if slices.ContainsFunc(kept, func(s string) bool { return s == `"connector": "dlt"` }) && random.IntN(2) == 0 {
		kept = append(kept, `"initial_value": "2020"`)
	}
	random.Shuffle(len(kept), func(i, j int) { kept[i], kept[j] = kept[j], kept[i] })
	return "{" + strings.Join(kept, ", ") + "}"
}

func nearlyValidFields(random *rand.Rand, depth int) string {
	pick := func(options ...string) string { return options[random.IntN(len(options))] }
	if random.IntN(30) == 0 {
		return pick(`{}`, `[]`, `null`, `{"a": 1}`, `{"a": []}`)
	}
	parts := []string{`"type": ` + pick(`"string"`, `"object"`, `"array"`)}
	switch random.IntN(12) {
	case 0:
		parts = append(parts, `"description": `+pick(`"x"`, `1`))
	case 1:
		parts = append(parts, `"format": `+pick(`"x"`, `null`))
	case 2:
		parts = append(parts, `"items": `+pick(`{"type": "string"}`, `{}`, `[]`, `{"a": {}, "b": 1}`, `{"a": {"type": 1}}`))
	case 3:
		parts[0] = `"type": ` + pick(`""`, `["string"]`, `null`)
	case 4:
		parts = append(parts, `"anything": 1`)
	}
	if depth > 0 && random.IntN(2) == 0 {
		parts = append(parts, pick(`"properties": `, `"items": `)+nearlyValidFields(random, depth-1))
	}
	return `{"a": {` + strings.Join(parts, ", ") + `}, "b": {}}`
}

func FuzzValidate(f *testing.F) {
	f.Add([]byte(ordersConfig))
	f.Add([]byte(`{"stream": 1, "backfil": 2, "fields": {"a": {"items": {"b": []}}}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		file := Read("s/a.json", data)
		if file.Root == nil {
			return
		}
		for _, violation := range Validate(file.Root) {
			if line, column, _ := file.Root.Find(violation.Field); line < 1 || column < 1 || violation.Message == "" {
				t.Errorf("%v at line %d, column %d", violation, line, column)
			}
		}
	})
}

func BenchmarkValidate(b *testing.B) {
	var fields []string
	for i := range 60 {
		fields = append(fields, `"field_`+strings.Repeat("x", i)+`": {"type": "string", "description": "What the field says"}`)
	}
	file := Read("s/a.json", []byte(`{"stream": "a", "sync_mode": "incremental", "fields": {`+strings.Join(fields, ", ")+`}}`))
	b.ReportAllocs()
	for b.Loop() {
		if found := Validate(file.Root); found != nil {
			b.Fatal(found)
		}
	}
}
