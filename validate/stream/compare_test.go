package stream

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const ordersConfig = `{"stream": "orders", "sync_mode": "incremental", "cursor_field": ["updated_at"],
	"fields": {"id": {"type": "integer"}, "total": {"type": "number", "description": "Größe"}}}`

func TestCompare(t *testing.T) {
	files := []File{
		Read("s/orders.json", []byte(ordersConfig)),
		Read("s/customers.json", []byte(`{"stream": "customers", "fields": {"id": {"type": "integer"}}}`)),
	}
	rendered, err := Render(files, nil)
	if err != nil {
		t.Fatal(err)
	}
	alone, err := Render(files[:1], nil)
	if err != nil {
		t.Fatal(err)
	}
	edit := func(old, new string) string {
		edited := strings.Replace(string(rendered), old, new, 1)
		if edited == string(rendered) {
			t.Fatalf("%q is not in the catalog", old)
		}
		return edited
	}
	between := strings.Index(string(rendered), "    },\n    {") + len("    }")
	first, second := string(rendered)[len("{\n  \"streams\": [\n"):between], string(rendered)[between+len(",\n"):len(rendered)-len("\n  ]\n}")]
	tests := map[string]struct {
		committed string
		want      []string
	}{
		"equal":             {string(rendered), nil},
		"final newline":     {string(rendered) + "\n", []string{sameContent}},
		"escapes":           {edit(`Gr\\u00f6\\u00dfe`, `Größe`), []string{"stream orders: json_schema: properties: same content, different formatting"}},
		"not JSON":          {"{", []string{"the committed catalog is not JSON: line 1, column 2: unexpected end of file: a key in double quotes must stand here"}},
		"no list":           {"{}", []string{`catalog: "streams" must be a list`}},
		"no object":         {"[]", []string{`catalog: "streams" must be a list`}},
		"stream missing":    {string(alone), []string{"stream customers: missing"}},
		"field missing":     {edit(",\n          {\n            \"field_path\": [\n              \"total\"\n            ]\n          }", ""), []string{"stream orders: selected_fields: total missing"}},
		"field too many":    {edit("\"total\"\n", "\"total\"\n            ]\n          },\n          {\n            \"field_path\": [\n              \"old\"\n"), []string{"stream orders: selected_fields: old should not be there"}},
		"mode":              {edit(`"incremental"`, `"full_refresh"`), []string{`stream orders: sync_mode: is "full_refresh", should be "incremental"`}},
		"list":              {edit("\"cursor_field\": [\n          \"updated_at\"\n        ]", `"cursor_field": []`), []string{`stream orders: cursor_field: is [], should be ["updated_at"]`}},
		"kind":              {edit(`"suggested": false`, `"suggested": "false"`), []string{`stream customers: suggested: is "false", should be false`}},
		"type of a column":  {edit(`\"number\"`, `\"string\"`), []string{`stream orders: json_schema: properties: total: type: is ["null", "string"], should be ["null", "number"]`}},
		"additional":        {edit(`"suggested": false,`, `"suggested": false, "x": 1,`), []string{"stream customers: x: should not be there"}},
		"key missing":       {edit(`"suggested": false,`, ``), []string{"stream customers: suggested: missing"}},
		"order of keys":     {edit("\"alias_name\": \"customers\",\n        \"selected\": true", "\"selected\": true, \"alias_name\": \"customers\""), []string{"stream customers: the keys are in another order"}},
		"order of streams":  {"{\"streams\": [" + second + "," + first + "]}", []string{"catalog: the streams are in another order"}},
		"stream twice":      {"{\"streams\": [" + first + "," + first + "," + second + "]}", []string{"stream customers: has no stream file any more"}},
		"control character": {edit(`"suggested": false,`, `"suggested": false, "\u001b[1m": 1,`), []string{`stream customers: "\x1b[1m": should not be there`}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, Compare([]byte(test.committed), rendered, 20)); diff != "" {
				t.Errorf("differences (-want +got):\n%s", diff)
			}
		})
	}
}

func TestCompareStopsAtLimit(t *testing.T) {
	rendered, err := Render([]File{Read("s/orders.json", []byte(ordersConfig))}, nil)
	if err != nil {
		t.Fatal(err)
	}
	committed := `{"streams": [{"stream": {"name": "orders"}, "config": {}}]}`
	want := []string{"stream orders: supportedSyncModes: missing", "stream orders: json_schema: missing"}
	if diff := cmp.Diff(want, Compare([]byte(committed), rendered, 2)); diff != "" {
		t.Errorf("differences (-want +got):\n%s", diff)
	}
}

func FuzzCompare(f *testing.F) {
	rendered, err := Render([]File{Read("s/orders.json", []byte(ordersConfig))}, nil)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(rendered)
	f.Add([]byte(`{"streams": [1, {"stream": {"name": "orders", "json_schema": {"properties": "{"}}}, {"config": []}]}`))
	f.Fuzz(func(t *testing.T, committed []byte) {
		differences := Compare(committed, rendered, 5)
		if len(differences) > 5 || (len(differences) == 0) != (string(committed) == string(rendered)) {
			t.Errorf("%d differences: %q", len(differences), differences)
		}
	})
}
