package lake

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lotus-lake/lotus-gate/policy"
	"github.com/lotus-lake/lotus-gate/validate/stream"
)

const (
	onFlag  = `{"stream": "orders", "backfill": true, "fields": {"id": {"type": "integer"}}}`
	offFlag = `{"stream": "orders", "backfill": false, "fields": {"id": {"type": "integer"}}}`

	// connection reads the catalog of the shop, reset its stream files.
	connection = `resource "airbyte_connection" "shop" {
  sync_catalog = file("${path.module}/../streams/shop/_catalog.json")
}
`
	reset = `locals {
  shop = [for f in fileset("${path.module}/../streams/shop", "*.json") : jsondecode(file("${path.module}/../streams/shop/${f}"))]
}
resource "null_resource" "shop_backfill" {
  count    = anytrue([for s in local.shop : try(s.backfill, false)]) ? 1 : 0
  triggers = { files = sha1(join("", [for f in fileset("${path.module}/../streams/shop", "*.json") : filesha1("${path.module}/../streams/shop/${f}")])) }
  provisioner "local-exec" {
    command = "curl -X POST $URL/api/v1/connections/reset -d '{\"connectionId\": \"${airbyte_connection.shop.connection_id}\"}'"
  }
}
`
)

// TestSource builds the document of a source from files, modules, base and
// history, and compares it with the same facts put together by hand.
func TestSource(t *testing.T) {
	now := time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
	set := stream.Setting{Commit: "c1", When: now.Add(-5 * time.Hour)}
	const at = "streams/shop/orders.json"
	v := view(map[string]string{
		at: onFlag, "streams/shop/refunds.json": `{"stream": "refunds"}`, "streams/shop/_catalog.json": "{}",
		"sources/shop/orders.json": schema, "sources/shop/unused.json": "{}", "streams/shops/x.json": onFlag,
		"terraform/main.tf": connection, "other/main.tf": "",
	})
	base := view(map[string]string{at: offFlag, "streams/shop/gone.json": onFlag})
	var asked []string
	doc, ok, err := v.Source(t.Context(), "shop", Change{
		Base: base, Now: now,
		Touched: []string{"README.md", "other/main.tf", "streams/shop/_catalog.json", at, "streams/shops/x.json", "sources/shop/orders.json", "terraform/main.tf"},
		Since: func(_ context.Context, paths []string) (map[string]stream.Setting, error) {
			asked = append(asked, paths...)
			return map[string]stream.Setting{at: set}, nil
		},
	})
	if err != nil || !ok {
		t.Fatalf("%t, %v", ok, err)
	}
	read := func(path, text string) stream.File { return stream.Read(path, []byte(text)) }
	want, err := stream.Source{
		Path: "streams/shop", Name: "shop",
		Streams:     []stream.File{read(at, onFlag), read("streams/shop/refunds.json", `{"stream": "refunds"}`)},
		Discovered:  map[string]stream.File{"orders": read("sources/shop/orders.json", schema)},
		CatalogPath: "streams/shop/_catalog.json", Catalog: []byte("{}"),
		Readers: []any{map[string]any{"address": "airbyte_connection.shop", "at": position("terraform/main.tf", 2, 18)}},
		HasBase: true, Base: []stream.File{read("streams/shop/gone.json", onFlag), read(at, offFlag)},
		Touched: []string{at, "sources/shop/orders.json", "terraform/main.tf"},
		Since:   func(string) (stream.Setting, error) { return set, nil },
		Now:     now,
	}.Facts()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(policy.Document{Kind: "source", Path: "streams/shop", Input: want}, doc); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{at}, asked); diff != "" {
		t.Errorf("the history was asked for (-want +got):\n%s", diff)
	}
}

func TestSourceResets(t *testing.T) {
	v := view(map[string]string{"streams/shop/orders.json": onFlag, "terraform/main.tf": connection + reset})
	doc, ok, err := v.Source(t.Context(), "shop", Change{})
	if err != nil || !ok {
		t.Fatalf("%t, %v", ok, err)
	}
	want := []any{map[string]any{
		"address": "null_resource.shop_backfill", "directories": []any{"streams/shop"}, "connections": []any{"airbyte_connection.shop"},
		"unstable": []any{}, "at": map[string]any{"path": "terraform/main.tf", "line": float64(7), "column": float64(1)},
	}}
	if diff := cmp.Diff(want, doc.Input["resets"]); diff != "" {
		t.Errorf("resets (-want +got):\n%s", diff)
	}
}

// TestSourceWithoutLayout: when no module of the layout is there, all modules
// are looked at.
func TestSourceWithoutLayout(t *testing.T) {
	v := view(map[string]string{"streams/shop/orders.json": onFlag, "infra/main.tf": connection})
	doc, _, err := v.Source(t.Context(), "shop", Change{})
	if err != nil {
		t.Fatal(err)
	}
	want := []any{map[string]any{"address": "airbyte_connection.shop", "at": position("infra/main.tf", 2, 18)}}
	if diff := cmp.Diff(want, doc.Input["readers"]); diff != "" {
		t.Errorf("readers (-want +got):\n%s", diff)
	}
}

func TestNoSource(t *testing.T) {
	v := view(map[string]string{"streams/shop/notes.md": "", "streams/shop/_other.json": "{}", "sources/shop/orders.json": schema})
	if doc, ok, err := v.Source(t.Context(), "shop", Change{}); ok || err != nil {
		t.Errorf("Source = %v, %t, %v; want none", doc, ok, err)
	}
}

func TestSourceErrors(t *testing.T) {
	broken := errors.New("pack is corrupt")
	v := view(map[string]string{"streams/shop/orders.json": onFlag})
	_, ok, err := v.Source(t.Context(), "shop", Change{Since: func(context.Context, []string) (map[string]stream.Setting, error) { return nil, broken }})
	if ok || !errors.Is(err, broken) {
		t.Errorf("history that cannot be read: %t, %v", ok, err)
	}
	for _, unreadable := range []string{"streams/shop/orders.json", "sources/shop/orders.json", "streams/shop/_catalog.json", "terraform/main.tf"} {
		entries := []Entry{
			{Path: "streams/shop/orders.json"},
			{Path: "sources/shop/orders.json"},
			{Path: "streams/shop/_catalog.json"},
			{Path: "terraform/main.tf"},
		}
		tree := NewFiles(entries, func(e Entry) ([]byte, error) {
			if e.Path == unreadable {
				return nil, broken
			}
			return []byte(onFlag), nil
		})
		if _, ok, err := NewView(tree, Settings{Layout: shop}).Source(t.Context(), "shop", Change{}); ok || !errors.Is(err, broken) {
			t.Errorf("%s cannot be read: %t, %v", unreadable, ok, err)
		}
	}
}

func TestSources(t *testing.T) {
	v := view(map[string]string{"streams/shop/a.json": "", "streams/b/a.json": "", "streams/.git/a.json": "", "streams/a.json": ""})
	base := view(map[string]string{"streams/a/a.json": "", "streams/shop/a.json": ""})
	for name, c := range map[string]struct {
		base *View
		want []string
	}{
		"alone":       {want: []string{"b", "shop"}},
		"with a base": {base: base, want: []string{"a", "b", "shop"}},
	} {
		got, err := v.Sources(c.base)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestCatalog(t *testing.T) {
	streams := []stream.File{stream.Read("streams/shop/orders.json", []byte(orders))}
	found := map[string]stream.File{"orders": stream.Read("sources/shop/orders.json", []byte(schema))}
	rendered, err := stream.Render(streams, found)
	if err != nil {
		t.Fatal(err)
	}
	const path = "streams/shop/_catalog.json"
	for name, c := range map[string]struct {
		files map[string]string
		want  stream.Catalog
	}{
		"fresh":   {map[string]string{"streams/shop/orders.json": orders, path: string(rendered)}, stream.Catalog{State: stream.CatalogFresh, Rendered: rendered}},
		"missing": {map[string]string{"streams/shop/orders.json": orders}, stream.Catalog{State: stream.CatalogMissing, Rendered: rendered}},
		"orphan":  {map[string]string{path: string(rendered)}, stream.Catalog{State: stream.CatalogOrphan}},
		"stale": {map[string]string{"streams/shop/orders.json": orders, path: "{"}, stream.Catalog{
			State: stream.CatalogStale, Rendered: rendered,
			Differences: []string{"the committed catalog is not JSON: line 1, column 2: unexpected end of file: a key in double quotes must stand here"},
		}},
		"broken": {map[string]string{"streams/shop/orders.json": "[", path: "{}"}, stream.Catalog{
			State: stream.CatalogStale,
			Err:   &stream.RenderError{Path: "streams/shop/orders.json", Line: 1, Column: 2, Message: "not JSON: unexpected end of file: a value is missing"},
		}},
	} {
		t.Run(name, func(t *testing.T) {
			c.files["sources/shop/orders.json"] = schema
			got, err := view(c.files).Catalog("shop")
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(Catalog{path, c.want}, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestForget: what was parsed of one source is let go, and read anew when asked for.
func TestForget(t *testing.T) {
	v := view(map[string]string{"streams/shop/orders.json": onFlag, "streams/b/x.json": offFlag, "sources/shop/orders.json": schema})
	for _, name := range []string{"shop", "b"} {
		if _, _, err := v.Source(t.Context(), name, Change{}); err != nil {
			t.Fatal(err)
		}
	}
	v.Forget("shop")
	kept := map[string]bool{}
	for path := range v.parsedJSON {
		kept[path] = true
	}
	if diff := cmp.Diff(map[string]bool{"streams/b/x.json": true, "sources/b/orders.json": true}, kept); diff != "" {
		t.Errorf("kept (-want +got):\n%s", diff)
	}
	if _, ok, err := v.Source(t.Context(), "shop", Change{}); !ok || err != nil {
		t.Errorf("after Forget: %t, %v", ok, err)
	}
}
