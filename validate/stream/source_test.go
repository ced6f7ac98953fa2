package stream

import (
	"errors"
	"maps"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const (
	ordersPath    = "streams/shop/orders.json"
	customersPath = "streams/shop/customers.json"
	catalogPath   = "streams/shop/_catalog.json"
)

func config(path, members string) File {
	name := File{Path: path}.Name()
	return Read(path, []byte("{\"stream\": \""+name+"\", \"fields\": {\"id\": {}}"+members+"}"))
}

func catalogOf(t *testing.T, files ...File) []byte {
	t.Helper()
	catalog, err := Render(files, nil)
	if err != nil {
		t.Fatal(err)
	}
	return catalog
}

func TestSourceCatalog(t *testing.T) {
	airbyte, dlt := config(ordersPath, ""), config(ordersPath, `, "connector": "dlt", "initial_value": 0`)
	broken := Read(ordersPath, []byte("{"))
	unknown := config(ordersPath, `, "x": 1`)
	slash := Read(ordersPath, []byte(`{"stream": "a/b", "fields": {"id": {}}}`))
	facts := func(state string, err any, differences ...any) map[string]any {
		return map[string]any{"path": catalogPath, "state": state, "differences": append([]any{}, differences...), "error": err}
	}
	refused := func(message string, at map[string]any) map[string]any {
		return map[string]any{"message": message, "at": at}
	}
	notJSON := "not JSON: unexpected end of file: a key in double quotes must stand here"
	tests := map[string]struct {
		source Source
		want   map[string]any
	}{
		"fresh":             {Source{Streams: []File{airbyte}, Catalog: catalogOf(t, airbyte)}, facts("fresh", nil)},
		"stale":             {Source{Streams: []File{airbyte}, Catalog: catalogOf(t, config(customersPath, ""))}, facts("stale", nil, "stream orders: missing", "stream customers: has no stream file any more")},
		"empty file":        {Source{Streams: []File{airbyte}, Catalog: []byte{}}, facts("stale", nil, "the committed catalog is not JSON: line 1, column 1: the file is empty: a JSON value is missing")},
		"missing":           {Source{Streams: []File{airbyte}}, facts("missing", nil)},
		"none needed":       {Source{Streams: []File{dlt}}, facts("none", nil)},
		"nothing at all":    {Source{}, facts("none", nil)},
		"dlt with catalog":  {Source{Streams: []File{dlt}, Catalog: catalogOf(t, airbyte)}, facts("fresh", nil)},
		"orphan":            {Source{Catalog: catalogOf(t, airbyte)}, facts("orphan", nil)},
		"broken stream":     {Source{Streams: []File{broken}, Catalog: []byte("{}")}, facts("stale", refused(notJSON, at(ordersPath, 1, 2)))},
		"schema knows it":   {Source{Streams: []File{Read(ordersPath, []byte(`{"fields": {}}`))}, Catalog: []byte("{}")}, facts("stale", refused(`the key "stream" is missing`, at(ordersPath, 1, 1)))},
		"schema knows not":  {Source{Streams: []File{slash}}, facts("missing", refused(ordersPath+":1:12: stream must be a plain name, for it is the file name of the discovered schema", at(catalogPath, 1, 1)))},
		"unknown key":       {Source{Streams: []File{unknown}, Catalog: catalogOf(t, airbyte)}, facts("fresh", nil)},
		"broken discovered": {Source{Streams: []File{dlt}, Discovered: map[string]File{"orders": Read("sources/shop/orders.json", []byte("{"))}}, facts("none", refused(notJSON, at("sources/shop/orders.json", 1, 2)))},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			test.source.CatalogPath = catalogPath
			got, err := test.source.Facts()
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got["catalog"]); diff != "" {
				t.Errorf("catalog (-want +got):\n%s", diff)
			}
		})
	}
}

func TestSourceFacts(t *testing.T) {
	now := time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)
	streams := []File{
		config(customersPath, `, "backfill": true`),
		config("streams/shop/events.json", `, "selected": false`),
		config("streams/shop/loads.json", `, "connector": "dlt", "initial_value": 0, "backfill": true`),
		config(ordersPath, ""),
	}
	source := Source{
		Name: "shop", Streams: streams, CatalogPath: catalogPath, Catalog: catalogOf(t, streams...),
		Readers: []any{map[string]any{"address": "airbyte_connection.shop"}},
		HasBase: true,
		Base: []File{
			config("streams/shop/gone.json", `, "backfill": true`),
			config("streams/shop/loads.json", `, "connector": "dlt", "initial_value": 1, "backfill": true`),
			config(customersPath, `, "backfill": false`),
			config(ordersPath, `, "backfill": true`),
		},
		Touched: []string{catalogPath, customersPath, "streams/shop/gone.json", "streams/shop/loads.json", ordersPath, "terraform/main.tf"},
		Since: func(path string) (Setting, error) {
			if path == customersPath {
				return Setting{}, nil
			}
			return Setting{When: now.Add(-36*time.Hour - time.Millisecond).In(time.FixedZone("", 3600)), Shallow: true}, nil
		},
		Now: now,
	}
	one := func(name, connector string, selected, backfill bool) map[string]any {
		return map[string]any{
			"name": name, "at": at("streams/shop/"+name+".json", 1, 1), "connector": connector, "selected": selected, "backfill": backfill,
		}
	}
	want := map[string]any{
		"source": "shop",
		"streams": []any{
			one("customers", "airbyte", true, true), one("events", "airbyte", false, false),
			one("loads", "dlt", true, true), one("orders", "airbyte", true, false),
		},
		"catalog": map[string]any{"path": catalogPath, "state": "fresh", "differences": []any{}, "error": nil},
		"readers": []any{map[string]any{"address": "airbyte_connection.shop"}},
		"resets":  []any{},
		"backfill": []any{
			map[string]any{
				"stream": "customers", "at": at(customersPath, 1, 47), "connector": "airbyte", "since": nil, "set_by": nil,
				"age_seconds": 0, "shallow": false, "new": true, "siblings": []any{"orders"},
			},
			map[string]any{
				"stream": "loads", "at": at("streams/shop/loads.json", 1, 83), "connector": "dlt", "since": "2026-03-08T23:59:59Z",
				"set_by": nil, "age_seconds": 129600, "shallow": true, "new": false, "siblings": []any{"customers", "orders"},
			},
		},
		"base":      map[string]any{"backfill": []any{"gone", "loads", "orders"}},
		"reset_now": []any{"gone", "orders"},
		"changed":   []any{catalogPath, "streams/shop/gone.json", "streams/shop/loads.json", "terraform/main.tf"},
	}
	got, err := source.Facts()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("facts (-want +got):\n%s", diff)
	}

	source.HasBase, source.Base, source.Since = false, nil, func(string) (Setting, error) {
		return Setting{Commit: "c1", When: now.Add(time.Hour)}, nil
	}
	got, err = source.Facts()
	if err != nil {
		t.Fatal(err)
	}
	first := maps.Clone(want["backfill"].([]any)[0].(map[string]any))
	first["set_by"], first["since"], first["new"] = "c1", "2026-03-10T13:00:00Z", false
	if diff := cmp.Diff(first, got["backfill"].([]any)[0]); diff != "" {
		t.Errorf("flag set in the future, without a base (-want +got):\n%s", diff)
	}
	if got["base"] != nil || len(got["reset_now"].([]any)) != 0 {
		t.Errorf("without a base: base %v, reset now %v", got["base"], got["reset_now"])
	}

	broken := errors.New("pack is corrupt")
	source.Since = func(string) (Setting, error) { return Setting{}, broken }
	if got, err := source.Facts(); got != nil || !errors.Is(err, broken) {
		t.Errorf("%v, %v; want the error of Since", got, err)
	}
}

func TestChangedSeesTheOrderOfFields(t *testing.T) {
	source := Source{
		Streams: []File{Read(ordersPath, []byte(`{"fields": {"b": {}, "a": {}}, "backfill": true}`))},
		Base:    []File{Read(ordersPath, []byte(`{"fields": {"a": {}, "b": {}}}`))},
		HasBase: true, Touched: []string{ordersPath},
	}
	got, err := source.Facts()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]any{ordersPath}, got["changed"]); diff != "" {
		t.Errorf("changed (-want +got):\n%s", diff)
	}
}
