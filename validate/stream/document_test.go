package stream

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func at(path string, line, column int) map[string]any {
	return map[string]any{"path": path, "line": line, "column": column}
}

func TestDocument(t *testing.T) {
	const path = "streams/shop/orders.json"
	// with is the document of a file that nothing is wrong with, with some fields changed.
	with := func(changes map[string]any) map[string]any {
		document := map[string]any{
			"source": "shop", "name": "orders", "content": nil, "syntax": nil, "duplicate_keys": []any{},
			"schema_errors": []any{}, "schedule_error": nil, "discovered": nil,
		}
		for key, value := range changes {
			document[key] = value
		}
		return document
	}
	discovered := func(data string) *File {
		file := Read("sources/shop/orders.json", []byte(data))
		return &file
	}
	dlt := map[string]any{"stream": "orders", "connector": "dlt", "initial_value": json.Number("0")}
	tests := map[string]struct {
		data       string
		discovered *File
		want       map[string]any
	}{
		"plain": {`{"stream": "orders", "connector": "dlt", "initial_value": 0}`, nil, with(map[string]any{"content": dlt})},
		"broken": {"{\n", discovered(`[]`), with(map[string]any{
			"syntax": map[string]any{"message": "unexpected end of file: a key in double quotes must stand here", "at": at(path, 2, 1)},
		})},
		"duplicate and misspelt keys": {"{\"stream\": \"orders\", \"connector\": \"dlt\", \"initial_value\": 0,\n \"x\\ud800\": 1, \"stream\": \"orders\"}", nil, with(map[string]any{
			"content": map[string]any{
				"stream": "orders", "connector": "dlt", "initial_value": json.Number("0"), "x\ufffd": json.Number("1"),
			},
			"duplicate_keys": []any{map[string]any{"key": "stream", "at": at(path, 2, 16)}},
			"schema_errors": []any{map[string]any{
				"field":   []any{"x\ufffd"},
				"message": `unknown key "x\xed\xa0\x80"; the known ones are stream, connector, sync_mode, destination_sync_mode, primary_key, cursor_field, selected, backfill, fields, schedule, initial_value`,
			}},
		})},
		"schedule": {`{"stream": "orders", "connector": "dlt", "initial_value": 0, "schedule": "60 * * * *"}`, nil, with(map[string]any{
			"content": map[string]any{
				"stream": "orders", "connector": "dlt", "initial_value": json.Number("0"), "schedule": "60 * * * *",
			},
			"schedule_error": "60 is no minute: it runs from 0 to 59",
		})},
		"discovered": {`{"stream": "orders", "connector": "dlt", "initial_value": 0}`, discovered(`{
			"fields": {"id": {"type": "integer"}, "tags": {"type": ["null", "array"]}, "note": {}},
			"options": {"sync_modes": ["incremental"], "destination_sync_modes": ["append", "merge"]},
			"defaults": {"primary_key": [["shop", "id"], ["at"], "odd"], "cursor_field": ["at", 5]}}`), with(map[string]any{
			"content": dlt,
			"discovered": map[string]any{
				"path":       "sources/shop/orders.json",
				"fields":     map[string]any{"id": "integer", "tags": "array", "note": "string"},
				"sync_modes": []any{"incremental"}, "destination_sync_modes": []any{"append", "merge"},
				"primary_key": []any{[]any{"shop", "id"}, []any{"at"}}, "cursor_field": []any{"at"},
			},
		})},
		"discovered is empty": {`{"stream": "orders", "connector": "dlt", "initial_value": 0}`, discovered(`{}`), with(map[string]any{
			"content": dlt,
			"discovered": map[string]any{
				"path": "sources/shop/orders.json", "fields": map[string]any{}, "sync_modes": []any{},
				"destination_sync_modes": []any{}, "primary_key": []any{}, "cursor_field": []any{},
			},
		})},
		"discovered is broken": {`{"stream": "orders", "connector": "dlt", "initial_value": 0}`, discovered(`{`), with(map[string]any{"content": dlt})},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got := Document("shop", Read(path, []byte(test.data)), test.discovered)
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("document (-want +got):\n%s", diff)
			}
		})
	}
}

func TestLocate(t *testing.T) {
	type place struct{ Line, Column int }
	for data, want := range map[string]place{
		"{\n\"a\": [1,\n 2]}": {3, 2},
		"{\n\"a\": {}}":       {2, 1},
		"{\n\n,":              {3, 1},
	} {
		line, column := Read("a.json", []byte(data)).Locate([]any{"a", json.Number("1")})
		if diff := cmp.Diff(want, place{line, column}); diff != "" {
			t.Errorf("%q (-want +got):\n%s", data, diff)
		}
	}
	if line, column := (File{}).Locate(nil); line != 1 || column != 1 {
		t.Errorf("a file that was not read: %d, %d", line, column)
	}
}

func TestFile(t *testing.T) {
	type facts struct {
		Name, Stream, Connector string
		Backfill, Selected      bool
	}
	for data, want := range map[string]facts{
		`{"stream": "o", "connector": "dlt", "backfill": true}`: {"orders", "o", "dlt", true, true},
		`{"backfill": "true", "selected": false}`:               {"orders", "orders", "airbyte", false, false},
		`{"backfill": 1, "selected": "false", "connector": 5}`:  {"orders", "orders", "airbyte", false, true},
		`{"backfill": true, "backfill": false, "stream": 1}`:    {"orders", "orders", "airbyte", false, true},
		`{"\u0062ackfill": true}`:                               {"orders", "orders", "airbyte", true, true},
		`[true]`:                                                {"orders", "orders", "airbyte", false, true},
		`{`:                                                     {"orders", "orders", "airbyte", false, true},
	} {
		file := Read("a/orders.json", []byte(data))
		got := facts{file.Name(), file.Stream(), file.Connector(), file.Backfill(), file.Selected()}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", data, diff)
		}
	}
}
