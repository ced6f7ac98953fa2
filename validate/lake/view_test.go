package lake

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lotus-lake/lotus-gate/policy"
	"github.com/lotus-lake/lotus-gate/validate/config"
	"github.com/lotus-lake/lotus-gate/validate/parse"
	"github.com/lotus-lake/lotus-gate/validate/state"
	"github.com/lotus-lake/lotus-gate/validate/stream"
)

// shop is where the streams and discovered schemas of these tests lie.
var shop = config.Layout{Streams: "streams", Sources: "sources", Catalog: "_catalog.json", Terraform: []string{"terraform"}}

// view is a snapshot of text files.
func view(files map[string]string) *View {
	data := map[string][]byte{}
	for path, text := range files {
		data[path] = []byte(text)
	}
	return NewView(Memory(data, nil), Settings{Layout: shop, Names: []string{"minio_*"}})
}

const (
	orders  = `{"stream": "orders", "sync_mode": "full_refresh", "fields": {"id": {"type": "integer"}}}`
	schema  = `{"name": "orders", "json_schema": {"properties": {"id": {"type": "integer"}}}}`
	secrets = "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: b}\n"
	object  = `{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}}`
)

// TestDocuments asks which documents a file gives, in which order, and what is
// told of files that could not be looked into.
func TestDocuments(t *testing.T) {
	long := strings.Repeat("#", parse.MaxCodeBytes)
	for name, c := range map[string]struct {
		entry   Entry
		data    string
		unread  bool
		wants   []string // kinds; nil for all
		kinds   []string
		skipped []UninspectedError
	}{
		"prose":             {entry: Entry{Path: "README.md"}, data: "terraform apply"},
		"stream":            {entry: Entry{Path: "streams/shop/orders.json"}, data: orders, kinds: []string{"stream"}},
		"empty stream":      {entry: Entry{Path: "streams/shop/orders.json"}, kinds: []string{"stream"}},
		"stream, unwanted":  {entry: Entry{Path: "streams/shop/orders.json"}, data: orders, wants: []string{"manifest"}},
		"catalog":           {entry: Entry{Path: "streams/shop/_catalog.json"}, data: `{"streams": []}`},
		"not of a source":   {entry: Entry{Path: "streams/orders.json"}, data: orders},
		"deeper":            {entry: Entry{Path: "streams/shop/old/orders.json"}, data: orders},
		"stream by name":    {entry: Entry{Path: "streams/shop/orders.json"}, unread: true},
		"link to a stream":  {entry: Entry{Path: "streams/shop/orders.json", Mode: Symlink}, data: "../orders.json"},
		"manifests":         {entry: Entry{Path: "app.yaml"}, data: secrets, kinds: []string{"manifest", "manifest"}},
		"manifest in JSON":  {entry: Entry{Path: "app.json"}, data: object, kinds: []string{"manifest"}},
		"shouted name":      {entry: Entry{Path: "APP.YML"}, data: secrets, kinds: []string{"manifest", "manifest"}},
		"schema, no object": {entry: Entry{Path: "sources/shop/orders.json"}, data: object},
		"YAML among streams": {
			entry: Entry{Path: "streams/shop/app.yaml"}, data: secrets, kinds: []string{"manifest", "manifest"},
		},
		"template": {
			entry: Entry{Path: "templates/app.yaml"}, data: "apiVersion: v1\nkind: {{ .Kind }}\n",
			skipped: []UninspectedError{{Path: "templates/app.yaml", Reason: "a Go template, not YAML: line 2, column 8: a key must be a string, a number or a boolean"}},
		},
		"broken YAML": {
			entry: Entry{Path: "app.yaml"}, data: secrets + "---\napiVersion: [\n", kinds: []string{"manifest", "manifest"},
			skipped: []UninspectedError{{Path: "app.yaml", Reason: "line 9, column 1: did not find expected node content", Undecided: true}},
		},
		"script": {entry: Entry{Path: "deploy.sh"}, data: "terraform apply\n", kinds: []string{"script"}},
		"long script": {
			entry: Entry{Path: "deploy.sh"}, data: "terraform apply\n" + long,
			skipped: []UninspectedError{{Path: "deploy.sh", Reason: "8388624 bytes of code, more than the 8388608 that are read", Undecided: true}},
		},
		"long prose": {entry: Entry{Path: "README.md"}, data: "terraform apply\n" + long},
		"code":       {entry: Entry{Path: "a.py"}, data: "x = os.getenv('PASSWORD', 'minio_x')\n", kinds: []string{"code"}},
		"long code": {
			entry: Entry{Path: "a.py"}, data: "x = os.getenv('PASSWORD', 'x')\n" + long,
			skipped: []UninspectedError{{Path: "a.py", Reason: "8388639 bytes of code, more than the 8388608 that are read", Undecided: true}},
		},
		"state that is a stream": {
			entry: Entry{Path: "streams/shop/x.tfstate.json"}, data: `{"version": 4, "serial": 3, "lineage": "0d9b", "resources": []}`,
			kinds: []string{"material", "stream"},
		},
		"state by name": {entry: Entry{Path: "terraform.tfstate"}, unread: true, kinds: []string{"material"}},
		"submodule":     {entry: Entry{Path: "app.yaml", Mode: Submodule}, unread: true},
	} {
		t.Run(name, func(t *testing.T) {
			v := view(map[string]string{c.entry.Path: c.data, "sources/shop/orders.json": schema})
			data := []byte(c.data)
			if c.unread {
				data = nil
			}
			docs, skipped, err := v.Documents(c.entry, data, state.DefaultLimits(), func(kind string, _ []byte) bool {
				return c.wants == nil || slices.Contains(c.wants, kind)
			})
			if err != nil {
				t.Fatal(err)
			}
			var kinds []string
			for _, doc := range docs {
				if doc.Path != c.entry.Path {
					t.Errorf("%s document of %s", doc.Kind, doc.Path)
				}
				kinds = append(kinds, doc.Kind)
			}
			if diff := cmp.Diff(c.kinds, kinds); diff != "" {
				t.Errorf("kinds (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(c.skipped, skipped); diff != "" {
				t.Errorf("skipped (-want +got):\n%s", diff)
			}
		})
	}
}

// TestDocumentInputs compares what the rules get of each kind.
func TestDocumentInputs(t *testing.T) {
	for name, c := range map[string]struct {
		path, data string
		kind       string
		want       map[string]any
	}{
		"manifest": {
			path: "app.json", data: object, kind: "manifest",
			want: map[string]any{"encrypted": false, "object": map[string]any{
				"apiVersion": "v1", "kind": "ConfigMap", "metadata": map[string]any{"name": "a"},
			}},
		},
		"script": {
			path: "Makefile", data: "up:\n\tterraform \\\n\t  apply\n", kind: "script",
			want: map[string]any{"lines": []any{map[string]any{"text": "terraform apply", "at": position("Makefile", 2, 2)}}},
		},
		"code": {
			path: "a.py", data: "con.sql(\"ATTACH 'ducklake:x' AS lake (DATA_PATH 's3://b/')\")\nkey = os.getenv('KEY', '')\nminio_key = 1\n", kind: "code",
			want: map[string]any{
				"language": "python",
				"statements": []any{map[string]any{
					"what": "attach_ducklake", "name": "lake", "scope": "", "data_path": "s3://b/", "at": position("a.py", 1, 10),
				}},
				"fallbacks": []any{map[string]any{"variable": "KEY", "empty": true, "call": "os.getenv", "at": position("a.py", 2, 10)}},
				"names":     []any{map[string]any{"name": "minio_key", "at": position("a.py", 3, 1)}},
			},
		},
		"stream": {
			path: "streams/shop/orders.json", data: orders, kind: "stream",
			want: func() map[string]any {
				found := stream.Read("sources/shop/orders.json", []byte(schema))
				return stream.Document("shop", stream.Read("streams/shop/orders.json", []byte(orders)), &found)
			}(),
		},
	} {
		t.Run(name, func(t *testing.T) {
			v := view(map[string]string{c.path: c.data, "sources/shop/orders.json": schema})
			docs, skipped, err := v.Documents(Entry{Path: c.path}, []byte(c.data), state.DefaultLimits(), func(string, []byte) bool { return true })
			if err != nil || skipped != nil || len(docs) != 1 {
				t.Fatalf("%d documents, %v, %v", len(docs), skipped, err)
			}
			docs[0].Locate = nil // a function, compared below
			if diff := cmp.Diff(policy.Document{Kind: c.kind, Path: c.path, Input: c.want}, docs[0]); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestManifestLocate(t *testing.T) {
	docs, _, err := view(nil).Documents(Entry{Path: "app.yaml"}, []byte(secrets), state.DefaultLimits(), func(kind string, _ []byte) bool { return kind == "manifest" })
	if err != nil || len(docs) != 2 {
		t.Fatalf("%d documents, %v", len(docs), err)
	}
	line, column := docs[1].Locate([]any{"metadata", "name"})
	if line != 7 || column != 12 {
		t.Errorf("metadata.name of the second object is at %d:%d, want 7:12", line, column)
	}
}

// TestUnreadableSchema: a stream cannot be judged without the schema that was
// discovered for it, and that is an error rather than a schema that is not there.
func TestUnreadableSchema(t *testing.T) {
	tree := NewFiles([]Entry{{Path: "sources/shop/orders.json"}}, func(e Entry) ([]byte, error) {
		return nil, &UninspectedError{Path: e.Path, Reason: "too large", Undecided: true}
	})
	v := NewView(tree, Settings{Layout: shop})
	docs, skipped, err := v.Documents(Entry{Path: "streams/shop/orders.json"}, []byte(orders), state.DefaultLimits(), func(string, []byte) bool { return true })
	if u, ok := uninspected(err); !ok || u.Path != "sources/shop/orders.json" || docs != nil || skipped != nil {
		t.Errorf("Documents = %v, %v, %v", docs, skipped, err)
	}
}
