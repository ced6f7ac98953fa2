package rawjson

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
)

func TestFind(t *testing.T) {
	tests := map[string]struct {
		text string
		path string // members, separated by dots
		want string // "" is nil
		err  error
	}{
		"whole":            {text: ` {"a":1} `, want: ` {"a":1} `},
		"first":            {text: `{"a":1,"b":2}`, path: "a", want: `1`},
		"last":             {text: `{ "a" : 1 , "b" : [2, {"b":3}] }`, path: "b", want: `[2, {"b":3}]`},
		"nested":           {text: `{"x":{"a":{"c":0}},"a":{"b":{"c":"}"}}}`, path: "a.b.c", want: `"}"`},
		"absent":           {text: `{"a":{"b":1}}`, path: "b"},
		"absent in absent": {text: `{"a":{"b":1}}`, path: "b.c.d"},
		"empty":            {text: `{}`, path: "a"},
		"null":             {text: `{"a":null}`, path: "a"},
		"in null":          {text: `{"a":null}`, path: "a.b"},
		"escaped key":      {text: `{"\u0061\"":true}`, path: `a"`, want: `true`},
		"escapes":          {text: `{"x":"\\\"}\\","a":"\\"}`, path: "a", want: `"\\"`},
		"case":             {text: `{"A":1}`, path: "a"},
		"in a string":      {text: `{"a":"x"}`, path: "a.b", err: ErrSyntax},
		"nothing":          {text: ``, path: "a", err: ErrSyntax},
		"array":            {text: `[]`, path: "a", err: ErrSyntax},
		"open object":      {text: `{"a":1`, path: "b", err: ErrSyntax},
		"open string":      {text: `{"a":"\"`, path: "b", err: ErrSyntax},
		"open key":         {text: `{"a`, path: "b", err: ErrSyntax},
		"no colon":         {text: `{"a" 1}`, path: "b", err: ErrSyntax},
		"no value":         {text: `{"a":}`, path: "b", err: ErrSyntax},
		"no comma":         {text: `{"a":1 "b":2}`, path: "b", err: ErrSyntax},
		"open array":       {text: `{"a":[{}`, path: "b", err: ErrSyntax},
		"very deep":        {text: `{"a":` + strings.Repeat("[", 1<<20) + strings.Repeat("]", 1<<20) + `,"b":1}`, path: "b", want: "1"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var path []string
			if test.path != "" {
				path = strings.Split(test.path, ".")
			}
			got, err := Find([]byte(test.text), path...)
			if !errors.Is(err, test.err) || string(got) != test.want || (got == nil) != (test.want == "") {
				t.Errorf("%q, %v; want %q, %v", got, err, test.want, test.err)
			}
		})
	}
}

// In every object that encoding/json takes, it finds what encoding/json finds; and it takes whatever bytes there are.
func FuzzFind(f *testing.F) {
	f.Add([]byte(`{"a":{"b":[1,"}",{"c":null}]},"b\u0061":-1.5e3,"":{}, "x" : "\\" }`), "a")
	f.Add([]byte(`{"a":"\"","b":true}`), "b")
	f.Fuzz(func(t *testing.T, text []byte, name string) {
		got, err := Find(text, name)
		var members map[string]json.RawMessage
		if json.Unmarshal(text, &members) != nil || members == nil {
			return
		}
		if err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		if twice(text) {
			return
		}
		want := string(members[name])
		if want == "null" {
			want = ""
		}
		if string(got) != want {
			t.Fatalf("%q of %q: %q, want %q", name, text, got, want)
		}
	})
}

// twice tells whether a name comes twice in an object, or is none that survives decoding.
func twice(text []byte) bool {
	decoder := json.NewDecoder(strings.NewReader(string(text)))
	if _, err := decoder.Token(); err != nil {
		return true
	}
	seen := map[any]bool{}
	for decoder.More() {
		name, err := decoder.Token()
		if err != nil || seen[name] || strings.ContainsRune(name.(string), '\uFFFD') {
			return true
		}
		seen[name] = true
		var skipped json.RawMessage
		if decoder.Decode(&skipped) != nil {
			return true
		}
	}
	return false
}
