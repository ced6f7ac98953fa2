package parse

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestManifests(t *testing.T) {
	type manifest struct {
		Object any
		Place  Position
	}
	object := func(kind string, more map[string]any) map[string]any {
		o := map[string]any{"apiVersion": "v1", "kind": kind}
		for k, v := range more {
			o[k] = v
		}
		return o
	}
	tests := []struct {
		name, source string
		want         []manifest
	}{
		{
			"documents, comments, CRLF and a byte-order mark", "\xef\xbb\xbf# top\r\napiVersion: v1\r\nkind: A\r\n---\r\n---\r\n# only a comment\r\n---\r\n\r\nkind: B\r\napiVersion: v1\r\n",
			[]manifest{{object("A", nil), Position{2, 1}}, {object("B", nil), Position{9, 1}}},
		},
		{"JSON with tabs", "{\n\t\"apiVersion\": \"v1\", \"kind\": \"A\", \"n\": 1.50}", []manifest{{object("A", map[string]any{"n": json.Number("1.5")}), Position{1, 1}}}},
		{
			"lists in lists", "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: A\n- {apiVersion: v1, kind: AList, items: [{apiVersion: v1, kind: B}, 1]}\n",
			[]manifest{{object("A", nil), Position{4, 3}}, {object("B", nil), Position{6, 41}}},
		},
		{"not Kubernetes", "apiVersion: v1\nname: chart\n---\n- apiVersion\n---\nfoo: {apiVersion: v1, kind: X}\n", nil},
		{
			"words and numbers of YAML 1.1", "apiVersion: v1\nkind: A\nv: [yes, Off, y, 'yes', !!str on, 0777, 0x1F, 1_000, 1e3, .5, .inf, 2024-01-01, ~, '', 12345678901234567890, !!binary aGk=, 1.2.3]\n8080: x\ntrue: y\n",
			[]manifest{{object("A", map[string]any{"8080": "x", "true": true, "v": []any{
				true, false, true, "yes", "on", json.Number("511"), json.Number("31"), json.Number("1000"), json.Number("1000"), json.Number("0.5"),
				".inf", "2024-01-01", nil, "", json.Number("12345678901234567890"), "hi", "1.2.3",
			}}), Position{1, 1}}},
		},
		{
			"anchors and merge keys", "apiVersion: v1\nkind: A\nbase: &b {x: 1, w: 2}\nuse: *b\nmerged:\n  <<: [*b, {z: 3, x: 9}]\n  w: 4\n",
			[]manifest{{object("A", map[string]any{
				"base":   map[string]any{"x": json.Number("1"), "w": json.Number("2")},
				"use":    map[string]any{"x": json.Number("1"), "w": json.Number("2")},
				"merged": map[string]any{"x": json.Number("1"), "w": json.Number("4"), "z": json.Number("3")},
			}), Position{1, 1}}},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			found, err := Manifests([]byte(tt.source))
			if err != nil {
				t.Fatal(err)
			}
			var got []manifest
			for _, m := range found {
				got = append(got, manifest{m.Object, Position{m.Line, m.Column}})
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestManifestErrors(t *testing.T) {
	bomb := "apiVersion: v1\nkind: A\na0: &a0 [x]\n"
	for i := 1; i < 30; i++ {
		bomb += fmt.Sprintf("a%d: &a%d [*a%d, *a%d, *a%d, *a%d]\n", i, i, i-1, i-1, i-1, i-1)
	}
	tests := []struct {
		name, source string
		want         SyntaxError
	}{
		{"repeated key", "apiVersion: v1\nkind: A\nspec:\n  é: {a: 1, a: 2}\n", SyntaxError{Line: 4, Column: 14, Message: `key "a" is given twice`}},
		{"alias bomb", bomb, SyntaxError{Line: 6, Column: 5, Message: "aliases expand to more than 100000 values"}},
		{"nesting", "apiVersion: " + strings.Repeat("[", 9000) + strings.Repeat("]", 9000), SyntaxError{Line: 1, Column: 513, Message: "nested more than 500 levels deep"}},
		{"alias of itself", "apiVersion: v1\nkind: A\na: &x [*x]\n", SyntaxError{Line: 3, Column: 8, Message: `alias "x" contains itself`}},
		{"syntax", "apiVersion: v1\nkind: [\n", SyntaxError{Line: 2, Column: 1, Message: "did not find expected node content"}},
		{"mapping as key", "apiVersion: v1\nkind: A\n? {a: b}\n: c\n", SyntaxError{Line: 3, Column: 3, Message: "a key must be a string, a number or a boolean"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Manifests([]byte(tt.source))
			var got *SyntaxError
			if !errors.As(err, &got) {
				t.Fatalf("got %v", err)
			}
			if diff := cmp.Diff(tt.want, *got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestManifestTemplates(t *testing.T) {
	for _, source := range []string{"apiVersion: v1\nkind: A\nname: {{ .Values.name }}\n", "{{- if .x }}\napiVersion: v1\n{{- end }}\n"} {
		if _, err := Manifests([]byte(source)); !errors.Is(err, ErrTemplate) {
			t.Errorf("%q: %v", source, err)
		}
	}
	found, err := Manifests([]byte("apiVersion: v1\nkind: A\nname: '{{ quoted }}'\n"))
	if err != nil || len(found) != 1 {
		t.Errorf("a quoted template: %v, %v", found, err)
	}
	good, err := Manifests([]byte("apiVersion: v1\nkind: A\n---\napiVersion: [\n"))
	if err == nil || len(good) != 1 {
		t.Errorf("a broken second document: %d objects, %v", len(good), err)
	}
}

func TestManifestFind(t *testing.T) {
	found, err := Manifests([]byte("# c\napiVersion: v1\nkind: A\nspec:\n  é: {ab: 1, list: [x, {k: v}]}\nbase: &b\n  deep: 1\nuse:\n  <<: *b\n"))
	if err != nil {
		t.Fatal(err)
	}
	for field, want := range map[string]Position{
		"": {2, 1}, "spec": {4, 1}, "spec.é.list": {5, 15}, "spec.é.list.1.k": {5, 26}, "spec.é.gone.x": {5, 3}, "spec.é.list.7": {5, 15},
		"use.deep": {7, 3}, "kind.x": {3, 1},
	} {
		var path []string
		if field != "" {
			path = strings.Split(field, ".")
		}
		line, column := found[0].Find(path)
		if got := (Position{line, column}); got != want {
			t.Errorf("%q: got %v, want %v", field, got, want)
		}
	}
}

func TestEncrypted(t *testing.T) {
	const enc = `"ENC[AES256_GCM,data:x,iv:y,tag:z,type:str]"`
	sops := func(rest string) string { return "sops: {mac: " + enc + ", version: 3.9.0" + rest + "}\n" }
	const secret, data = "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\n", "stringData: {a: " + enc + ", empty: \"\"}\n"
	tests := []struct {
		name, source string
		want         bool
	}{
		{"regex", secret + data + sops(", encrypted_regex: ^(data|stringData)$"), true},
		{"one key in the clear", secret + "stringData: {a: " + enc + ", b: clear}\n" + sops(", encrypted_regex: ^(data|stringData)$"), false},
		{"regex that misses the data", secret + "stringData: {a: clear}\n" + sops(", encrypted_regex: ^spec$"), false},
		{"no metadata", secret + data, false},
		{"no MAC", secret + data + "sops: {encrypted_regex: ^stringData$}\n", false},
		{"everything by default", "apiVersion: " + enc + "\nkind: " + enc + "\nx_unencrypted: {y: clear}\n" + sops(""), true},
		{"default, but something is clear", "apiVersion: v1\nkind: Secret\nstringData: {a: " + enc + "}\n" + sops(""), false},
		{"unencrypted regex", secret + "stringData: {a: " + enc + "}\n" + sops(", unencrypted_regex: ^(apiVersion|kind|metadata)$"), true},
		{"broken regex", secret + data + sops(`, encrypted_regex: "("`), false},
		{"another kind, encrypted in part", "apiVersion: v1\nkind: ConfigMap\ndata: {token_enc: " + enc + ", host: clear}\n" + sops(", encrypted_suffix: _enc"), true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			found, err := Manifests([]byte(tt.source))
			if err != nil || len(found) != 1 {
				t.Fatalf("%d objects, %v", len(found), err)
			}
			if found[0].Encrypted != tt.want {
				t.Errorf("encrypted: %v", found[0].Encrypted)
			}
		})
	}
}

func FuzzManifests(f *testing.F) {
	for _, seed := range []string{
		"apiVersion: v1\nkind: A\n", "apiVersion: &a [*a]\n", "apiVersion: v1\nkind: List\nitems: [{apiVersion: v1, kind: B}]\n", "\xff\xfea\x00", "apiVersion: !!binary x",
		"apiVersion: v1\nkind: A\n<<: {<<: {a: b}}\n", "{\"apiVersion\": \"v1\", \"kind\": \"A\", \"\\u00e9\": 1}", "apiVersion: {{ x }}", "apiVersion: \t|\n\t x\n", "? apiVersion\n: - !!float 1_0\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		found, err := Manifests(data)
		if syntax := (*SyntaxError)(nil); err != nil && !errors.As(err, &syntax) {
			t.Fatalf("an error without a place: %v", err)
		}
		for _, m := range found {
			if _, err := json.Marshal(m.Object); err != nil {
				t.Fatalf("not JSON: %v", err)
			}
			for key := range m.Object {
				if line, column := m.Find([]string{key}); line < 1 || column < 1 {
					t.Fatalf("key %q is at %d:%d", key, line, column)
				}
			}
		}
	})
}
