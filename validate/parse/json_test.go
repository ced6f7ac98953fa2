package parse

import (
	"bytes"
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func TestJSONTree(t *testing.T) {
	source := "{\n  \"stream\": \"orders\",\n\t\"key\": [[\"é\", 1.50]],\r\n  \"stream\": null, \"on\": true, \"none\": {}}\n"
	want := &Node{Kind: Object, Line: 1, Column: 1, duplicated: true, Members: []Member{
		{Key: "stream", Line: 2, Column: 3, Value: Node{Kind: String, Line: 2, Column: 13, Text: "orders"}},
		{Key: "key", Line: 3, Column: 2, Value: Node{Kind: Array, Line: 3, Column: 9, Items: []Node{
			{Kind: Array, Line: 3, Column: 10, Items: []Node{
				{Kind: String, Line: 3, Column: 11, Text: "é"},
				{Kind: Number, Line: 3, Column: 17, Text: "1.50"},
			}},
		}}},
		{Key: "stream", Line: 4, Column: 3, Duplicate: true, Value: Node{Kind: Null, Line: 4, Column: 13, Text: "null"}},
		{Key: "on", Line: 4, Column: 19, Value: Node{Kind: Bool, Line: 4, Column: 25, Text: "true"}},
		{Key: "none", Line: 4, Column: 31, Value: Node{Kind: Object, Line: 4, Column: 39}},
	}}
	got, err := JSON([]byte(source), JSONOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(Node{})); diff != "" {
		t.Errorf("tree (-want +got):\n%s", diff)
	}
	wantValue := map[string]any{
		"stream": nil, "on": true, "none": map[string]any{},
		"key": []any{[]any{"é", json.Number("1.50")}},
	}
	if diff := cmp.Diff(wantValue, got.Value()); diff != "" {
		t.Errorf("value (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]Member{got.Members[2]}, got.Duplicates(), cmpopts.IgnoreUnexported(Node{})); diff != "" {
		t.Errorf("duplicates (-want +got):\n%s", diff)
	}
}

func TestJSONErrors(t *testing.T) {
	tests := map[string]struct {
		source string
		want   SyntaxError
	}{
		"empty":             {"", SyntaxError{1, 1, "the file is empty: a JSON value is missing"}},
		"blank":             {" \n\n ", SyntaxError{3, 2, "the file is empty: a JSON value is missing"}},
		"byte-order mark":   {"\ufeff{}", SyntaxError{1, 1, "the file begins with a byte-order mark: save it as UTF-8 without one"}},
		"UTF-16 with mark":  {"\xff\xfe{\x00", SyntaxError{1, 1, "the file is UTF-16: save it as UTF-8"}},
		"UTF-16 bare":       {"{\x00}\x00", SyntaxError{1, 1, "the file is UTF-16: save it as UTF-8"}},
		"invalid UTF-8":     {"{\n \"a\": \"é\xe9\"}", SyntaxError{2, 10, "invalid UTF-8 (byte 0xe9): save the file as UTF-8"}},
		"NUL":               {"[1,\n\x00]", SyntaxError{2, 1, "NUL byte: the file is not JSON text"}},
		"truncated object":  {"{\"a\": 1,\n", SyntaxError{2, 1, "unexpected end of file: a key in double quotes must stand here"}},
		"truncated value":   {"{\"a\":", SyntaxError{1, 6, "unexpected end of file: a value is missing"}},
		"truncated string":  {"[\"abc", SyntaxError{1, 6, "unexpected end of file: the string is not closed"}},
		"open array":        {"[1", SyntaxError{1, 3, "unexpected end of file: the array is not closed"}},
		"string over lines": {"[\"abc\n\"]", SyntaxError{1, 6, "the string is not closed on its line"}},
		"missing comma":     {"{\"a\": 1\n \"b\": 2}", SyntaxError{2, 2, "unexpected character '\"': a comma or '}' must stand here"}},
		"missing colon":     {`{"a" 1}`, SyntaxError{1, 6, "unexpected character '1': a colon must follow the key"}},
		"trailing comma":    {"[1,\n]", SyntaxError{2, 1, "a comma before ']' is not allowed in JSON"}},
		"single quotes":     {`{"a": 'b'}`, SyntaxError{1, 7, "unexpected character '\\'': JSON strings are in double quotes"}},
		"bare key":          {`{a: 1}`, SyntaxError{1, 2, "unexpected character 'a': a key in double quotes must stand here"}},
		"word":              {`[nil]`, SyntaxError{1, 2, "unexpected character 'n': a JSON value must stand here"}},
		"Python constant":   {`[NaN]`, SyntaxError{1, 2, "NaN is not JSON: only Python writes it"}},
		"leading zero":      {`[007]`, SyntaxError{1, 2, "a number must not begin with a zero"}},
		"bare minus":        {`[-]`, SyntaxError{1, 3, "unexpected character ']': a digit must follow the minus sign"}},
		"escape":            {`["a\x"]`, SyntaxError{1, 4, `unknown escape: a backslash must be written \\`}},
		"short escape":      {`["\u12"]`, SyntaxError{1, 3, `incomplete escape: \u must be followed by four hexadecimal digits`}},
		"tab in string":     {"\"a\tb\"", SyntaxError{1, 3, "unexpected character '\\t': a control character in a string must be escaped"}},
		"second value":      {"{}\n{}", SyntaxError{2, 1, "unexpected character '{' after the end of the JSON value"}},
		"10,000 deep":       {strings.Repeat("[", 10_000), SyntaxError{1, 1001, "nested deeper than 1000 levels"}},
		"10,000 deep keys":  {strings.Repeat("{\"a\":\n", 10_000), SyntaxError{1001, 1, "nested deeper than 1000 levels"}},
		"too many values":   {"[" + strings.Repeat("0,", MaxValues), SyntaxError{1, 2 * MaxValues, "more than 250000 values in one file"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			node, err := JSON([]byte(test.source), JSONOptions{})
			if node != nil {
				t.Errorf("a value came with the error: %v", node.Value())
			}
			if diff := cmp.Diff(error(&test.want), err); diff != "" {
				t.Errorf("error (-want +got):\n%s", diff)
			}
		})
	}
}

func TestJSONDepthBound(t *testing.T) {
	deepest := strings.Repeat("[", MaxDepth) + strings.Repeat("]", MaxDepth)
	if _, err := JSON([]byte(deepest), JSONOptions{}); err != nil {
		t.Errorf("at the bound: %v", err)
	}
}

func TestFind(t *testing.T) {
	root, err := JSON([]byte("{\n\"fields\": {\n \"id\": {\"type\": \"integer\"},\n \"id\": {\"kind\": 1}},\n\"key\": [\n [\"id\"]]}"), JSONOptions{})
	if err != nil {
		t.Fatal(err)
	}
	type place struct {
		Line, Column int
		OK           bool
	}
	tests := []struct {
		path []any
		want place
	}{
		{nil, place{1, 1, true}},
		{[]any{"fields"}, place{2, 1, true}},
		{[]any{"fields", "id"}, place{4, 2, true}},
		{[]any{"fields", "id", "kind"}, place{4, 9, true}},
		{[]any{"fields", "id", "type"}, place{4, 2, false}},
		{[]any{"fields", "id", "kind", "deeper"}, place{4, 9, false}},
		{[]any{"key", "0"}, place{6, 2, true}},
		{[]any{"key", 0}, place{6, 2, true}},
		{[]any{"key", json.Number("0")}, place{6, 2, true}},
		{[]any{"key", 0.0, 0}, place{6, 3, true}},
		{[]any{0}, place{1, 1, false}},
		{[]any{"key", "0", "0"}, place{6, 3, true}},
		{[]any{"key", "1"}, place{5, 1, false}},
		{[]any{"key", "x"}, place{5, 1, false}},
		{[]any{"absent"}, place{1, 1, false}},
	}
	for _, test := range tests {
		line, column, ok := root.Find(test.path)
		if diff := cmp.Diff(test.want, place{line, column, ok}); diff != "" {
			t.Errorf("%q (-want +got):\n%s", test.path, diff)
		}
	}
}

func TestDuplicatesInLargeObjects(t *testing.T) {
	var b strings.Builder
	b.WriteString(`{"first":0`)
	for i := range 3 * smallObject {
		b.WriteString(`,"` + strings.Repeat("k", i+1) + `":{"x":1,"x":2}`)
	}
	b.WriteString(`,"first":1}`)
	root, err := JSON([]byte(b.String()), JSONOptions{})
	if err != nil {
		t.Fatal(err)
	}
	duplicates := root.Duplicates()
	if len(duplicates) != 3*smallObject+1 || duplicates[len(duplicates)-1].Key != "first" {
		t.Errorf("found %d duplicates, the last %q", len(duplicates), duplicates[len(duplicates)-1].Key)
	}
	if dict := root.Dict(); len(dict) != 3*smallObject+1 || dict[0].Key != "first" || dict[0].Value.Text != "1" {
		t.Errorf("dict of %d members begins with %v", len(dict), dict[0])
	}
	if got := root.Get("first"); got == nil || got.Text != "1" {
		t.Errorf("first = %v, want the last one", got)
	}
}

func TestLoneSurrogates(t *testing.T) {
	root, err := JSON([]byte(`{"\ud800": "a\udfffb\ud83d\ude00"}`), JSONOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := root.Members[0].Key, "\xed\xa0\x80"; got != want {
		t.Errorf("key %q, want %q", got, want)
	}
	if diff := cmp.Diff(map[string]any{"\ufffd": "a\ufffdb😀"}, root.Value()); diff != "" {
		t.Errorf("value (-want +got):\n%s", diff)
	}
	if _, column, ok := root.Find([]any{"\ufffd"}); column != 2 || !ok {
		t.Errorf("found at column %d, %v", column, ok)
	}
}

// FuzzJSON compares with encoding/json: what it accepts, the value it sees, and that
// every place is where the value begins.
func FuzzJSON(f *testing.F) {
	for _, vector := range readVectors(f) {
		f.Add([]byte(vector.source))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		node, err := JSON(data, JSONOptions{})
		if err != nil {
			var syntax *SyntaxError
			if !errors.As(err, &syntax) || node != nil || syntax.Line < 1 || syntax.Column < 1 {
				t.Fatalf("%v, %#v", node, err)
			}
			bounded := strings.HasPrefix(syntax.Message, "nested deeper") || strings.HasPrefix(syntax.Message, "more than")
			if !bounded && json.Valid(data) && utf8.Valid(data) {
				t.Fatalf("refused what encoding/json accepts: %v", err)
			}
			return
		}
		decoder := json.NewDecoder(bytes.NewReader(data))
		decoder.UseNumber()
		var want any
		if err := decoder.Decode(&want); err != nil || !json.Valid(data) {
			t.Fatalf("accepted what encoding/json refuses: %v", err)
		}
		// Not cmp.Diff, whose time doubles with each level of nesting.
		if got := node.Value(); !reflect.DeepEqual(want, got) {
			t.Fatalf("value %#v, encoding/json has %#v", got, want)
		}
		checkPlaces(t, bytes.Split(data, []byte("\n")), node)
	})
}

func checkPlaces(t *testing.T, lines [][]byte, node *Node) {
	first := lines[node.Line-1][node.Column-1]
	if !strings.ContainsRune(map[Kind]string{
		Null: "n", Bool: "tf", Number: "-0123456789", String: `"`, Array: "[", Object: "{",
	}[node.Kind], rune(first)) {
		t.Fatalf("a %s at line %d, column %d, where %q is", node.Kind, node.Line, node.Column, first)
	}
	for i := range node.Items {
		checkPlaces(t, lines, &node.Items[i])
	}
	for i := range node.Members {
		if key := lines[node.Members[i].Line-1][node.Members[i].Column-1]; key != '"' {
			t.Fatalf("a key where %q is", key)
		}
		checkPlaces(t, lines, &node.Members[i].Value)
	}
}

func BenchmarkJSON(b *testing.B) {
	var file strings.Builder
	file.WriteString(`{"stream": "orders", "sync_mode": "incremental", "primary_key": [["id"]], "fields": {`)
	for i := range 60 {
		if i > 0 {
			file.WriteString(",")
		}
		file.WriteString("\n    \"field_" + strings.Repeat("x", i%7) + string(rune('a'+i%26)) + "\": {\n      \"type\": \"string\",\n      \"description\": \"What the field says\"\n    }")
	}
	file.WriteString("}}")
	data := []byte(file.String())
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := JSON(data, JSONOptions{}); err != nil {
			b.Fatal(err)
		}
	}
}
