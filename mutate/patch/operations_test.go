package patch

import (
	"encoding/json"
	"strings"
	"testing"

	jsonpatch "github.com/evanphx/json-patch/v5"
	"github.com/google/go-cmp/cmp"
)

func TestOperations(t *testing.T) {
	set := func(pairs ...string) map[string]*string {
		wishes := map[string]*string{}
		for i := 0; i < len(pairs); i += 2 {
			wishes[pairs[i]] = &pairs[i+1]
		}
		return wishes
	}
	without := map[string]*string{"a/b": nil}
	template := []string{"spec", "template", "metadata"}
	tests := map[string]struct {
		raw     string
		changes []Change
		want    string // operations as JSON
		after   string // the object
	}{
		"nothing to do": {raw: `{}`, want: `null`, after: `{}`},
		"as wished": {
			raw: `{"metadata":{"annotations":{"a/b":"1"}}}`, changes: []Change{{[]string{"metadata"}, set("a/b", "1")}},
			want: `null`, after: `{"metadata":{"annotations":{"a/b":"1"}}}`,
		},
		"no annotations": {
			raw: `{"metadata":{"name":"x"}}`, changes: []Change{{[]string{"metadata"}, set("a/b", "1")}},
			want: `[{"op":"add","path":"/metadata/annotations","value":{"a/b":"1"}}]`, after: `{"metadata":{"name":"x","annotations":{"a/b":"1"}}}`,
		},
		"null annotations": {
			raw: `{"metadata":{"annotations": null }}`, changes: []Change{{[]string{"metadata"}, set("a/b", "1")}},
			want: `[{"op":"add","path":"/metadata/annotations","value":{"a/b":"1"}}]`, after: `{"metadata":{"annotations":{"a/b":"1"}}}`,
		},
		"empty annotations": {
			raw: `{"metadata":{"annotations":{}}}`, changes: []Change{{[]string{"metadata"}, set("a/b", "1")}},
			want: `[{"op":"add","path":"/metadata/annotations/a~1b","value":"1"}]`, after: `{"metadata":{"annotations":{"a/b":"1"}}}`,
		},
		"add, replace, remove, keep": {
			raw: `{"metadata":{"annotations":{"mine":"x","a/b":"1","c~d":"1"}}}`,
			changes: []Change{
				{[]string{"metadata"}, without}, {[]string{"metadata"}, set("c~d", "2", "e", "3", "mine", "x")},
			},
			want:  `[{"op":"remove","path":"/metadata/annotations/a~1b"},{"op":"replace","path":"/metadata/annotations/c~0d","value":"2"},{"op":"add","path":"/metadata/annotations/e","value":"3"}]`,
			after: `{"metadata":{"annotations":{"mine":"x","c~d":"2","e":"3"}}}`,
		},
		"remove what is not there": {raw: `{"metadata":{}}`, changes: []Change{{[]string{"metadata"}, without}, {template[:1], without}}, want: `null`, after: `{"metadata":{}}`},
		"no template metadata": {
			raw: `{"spec":{"template":{"spec":{}}}}`, changes: []Change{{template, set("a/b", "1")}},
			want: `[{"op":"add","path":"/spec/template/metadata","value":{"annotations":{"a/b":"1"}}}]`, after: `{"spec":{"template":{"metadata":{"annotations":{"a/b":"1"}},"spec":{}}}}`,
		},
		"null template metadata": {
			raw: `{"spec":{"template":{"metadata":null}}}`, changes: []Change{{template, set("a/b", "1")}},
			want: `[{"op":"add","path":"/spec/template/metadata","value":{"annotations":{"a/b":"1"}}}]`, after: `{"spec":{"template":{"metadata":{"annotations":{"a/b":"1"}}}}}`,
		},
		"empty value": {
			raw: `{"metadata":{"annotations":{}}}`, changes: []Change{{[]string{"metadata"}, set("a", "")}},
			want: `[{"op":"add","path":"/metadata/annotations/a","value":""}]`, after: `{"metadata":{"annotations":{"a":""}}}`,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			operations, err := Operations([]byte(test.raw), test.changes)
			if err != nil {
				t.Fatal(err)
			}
			got, err := json.Marshal(operations)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, string(got)); diff != "" {
				t.Error(diff)
			}
			decoded, err := jsonpatch.DecodePatch(got)
			if err != nil {
				t.Fatal(err)
			}
			after, err := decoded.Apply([]byte(test.raw))
			if err != nil {
				t.Fatal(err)
			}
			if !jsonpatch.Equal([]byte(test.after), after) {
				t.Errorf("patched: %s, want %s", after, test.after)
			}
		})
	}
}

func TestOperationsRefuse(t *testing.T) {
	value, planted := "v", "planted-value"
	for _, raw := range []string{
		``, `[]`, `{"spec":null}`, `{"spec":{"template":"` + planted + `"}}`, `{"spec":{"template":{"metadata":"` + planted + `"}}}`,
		`{"spec":{"template":{"metadata":{"annotations":{"a":["` + planted + `"]}}}}}`,
	} {
		operations, err := Operations([]byte(raw), []Change{{[]string{"spec", "template", "metadata"}, map[string]*string{"a": &value}}})
		if err == nil || strings.Contains(err.Error(), planted) {
			t.Errorf("%s: %v, %v", raw, operations, err)
		}
	}
}
