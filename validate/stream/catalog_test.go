package stream

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lotus-lake/lotus-gate/validate/parse"
)

// catalogCase is the text of stream files by file name and of discovered schemas by stream
// name, and the catalog that Python writes of them, nil where it raises an exception.
type catalogCase struct {
	Streams    map[string]string `json:"streams"`
	Discovered map[string]string `json:"discovered"`
	Catalog    *string           `json:"catalog"`
}

// render returns the catalog, or nil where Render refuses. Files are read as Python reads
// them, NaN and the infinities included.
func (c catalogCase) render() (*string, error) {
	var streams []File
	for name, data := range c.Streams {
		streams = append(streams, readAsPython("streams/s/"+name, data))
	}
	discovered := map[string]File{}
	for name, data := range c.Discovered {
		discovered[name] = readAsPython("sources/s/"+name+".json", data)
	}
	catalog, err := Render(streams, discovered)
	if err != nil {
		return nil, err
	}
	result := string(catalog)
	return &result, nil
}

func readAsPython(path, data string) File {
	root, err := parse.JSON([]byte(data), parse.JSONOptions{NonFinite: true})
	var syntax *parse.SyntaxError
	errors.As(err, &syntax)
	return File{Path: path, Root: root, Syntax: syntax}
}

func recordedCases(tb testing.TB) []catalogCase {
	tb.Helper()
	data, err := os.ReadFile("testdata/catalogs.jsonl")
	if err != nil {
		tb.Fatal(err)
	}
	var cases []catalogCase
	for line := range bytes.Lines(data) {
		var c catalogCase
		if err := json.Unmarshal(line, &c); err != nil {
			tb.Fatal(err)
		}
		cases = append(cases, c)
	}
	return cases
}

// TestRenderAsTheGenerator compares with what the lake's own generator wrote of the cases.
func TestRenderAsTheGenerator(t *testing.T) {
	cases := recordedCases(t)
	if len(cases) < 90 {
		t.Fatalf("only %d cases", len(cases))
	}
	for i, c := range cases {
		got, err := c.render()
		if diff := cmp.Diff(c.Catalog, got); diff != "" {
			t.Errorf("case %d %v: %v (-python +got):\n%s", i, c.Streams, err, diff)
		}
		var refused *RenderError
		if c.Catalog == nil && (!errors.As(err, &refused) || refused.Path == "" || refused.Line < 1 || refused.Column < 1) {
			t.Errorf("case %d: error %#v names no place", i, err)
		}
	}
}

// TestRenderAsPythonHere renders random configurations beside the Python at hand. Without
// one, TestRenderAsTheGenerator has compared with recorded answers.
func TestRenderAsPythonHere(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Logf("no python3 here (%v): compared with recorded answers only", err)
		return
	}
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	cases := recordedCases(t)
	for generator := (randomConfig{rand.New(rand.NewPCG(seed, 0))}); len(cases) < 700; {
		cases = append(cases, generator.source())
	}
	var questions bytes.Buffer
	for _, c := range cases {
		if err := json.NewEncoder(&questions).Encode(c); err != nil {
			t.Fatal(err)
		}
	}
	command := exec.Command(python, "testdata/catalog.py")
	command.Stdin = &questions
	output, err := command.Output()
	if err != nil {
		t.Fatalf("python3: %v", err)
	}
	answers := bufio.NewScanner(bytes.NewReader(output))
	answers.Buffer(nil, 16<<20)
	rendered := 0
	for _, c := range cases {
		if !answers.Scan() {
			t.Fatalf("fewer answers than questions: %v", answers.Err())
		}
		var want *string
		if err := json.Unmarshal(answers.Bytes(), &want); err != nil {
			t.Fatal(err)
		}
		got, err := c.render()
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("%v\n%v\n%v (-python +got):\n%s", c.Streams, c.Discovered, err, diff)
		}
		if want != nil {
			rendered++
		}
	}
	if rendered < 500 {
		t.Errorf("only %d of %d random sources rendered at all", rendered, len(cases))
	}
}

// randomConfig writes JSON text itself, so that repeated keys, escapes and spellings of
// numbers occur that no encoder writes.
type randomConfig struct{ *rand.Rand }

func (r randomConfig) pick(options ...string) string { return options[r.IntN(len(options))] }

func (r randomConfig) source() catalogCase {
	c := catalogCase{Streams: map[string]string{}, Discovered: map[string]string{}}
	for range 1 + r.IntN(3) {
		name := r.pick("orders", "orders-eu", "orders_eu", "Orders", "é", "9")
		c.Streams[name+".json"] = r.object(
			`"stream": "`+name+`"`, `"stream": "`+name+`"`,
			`"sync_mode": `+r.value(1), `"cursor_field": `+r.value(1), `"primary_key": `+r.value(2),
			`"selected": `+r.value(0), `"fields": `+r.fields(3), `"fields": `+r.fields(2),
		)
		if r.IntN(2) == 0 {
			c.Discovered[name] = r.object(
				`"fields": `+r.fields(3), `"options": {"sync_modes": `+r.value(1)+`}`,
				`"defaults": {"cursor_field": `+r.value(1)+`, "primary_key": `+r.value(2)+`}`,
			)
		}
	}
	return c
}

// object keeps most of the members, in random order.
func (r randomConfig) object(members ...string) string {
	r.Shuffle(len(members), func(i, j int) { members[i], members[j] = members[j], members[i] })
	kept := members[:0]
	for _, member := range members {
		if r.IntN(5) > 0 {
			kept = append(kept, member)
		}
	}
	return "{" + strings.Join(kept, r.pick(",", ", ", ",\n  ")) + "}"
}

func (r randomConfig) fields(depth int) string {
	var members []string
	for range r.IntN(4) {
		field := []string{`"description": ` + r.value(1), `"format": "date-time"`}
		if r.IntN(10) > 0 {
			field = append(field, `"type": `+r.pick(`"string"`, `"object"`, `"array"`, `"number"`, `["string"]`))
		}
		if depth > 0 {
			field = append(field, `"properties": `+r.fields(depth-1), `"items": `+r.pick(r.fields(depth-1), `{"type": "string"}`, r.value(2)))
		}
		members = append(members, r.key()+": "+r.object(field...))
	}
	return "{" + strings.Join(members, ", ") + "}"
}

func (r randomConfig) key() string {
	return r.pick(`"id"`, `"updated_at"`, `"é"`, `"\u00e9"`, `"😀"`, `"\ud83d\ude00"`, `"\ud83d"`, `""`, `"a\nb"`)
}

func (r randomConfig) value(depth int) string {
	switch choice := r.IntN(10); {
	case choice < 2 && depth > 0:
		return "[" + r.value(depth-1) + ", " + r.value(depth-1) + "]"
	case choice < 4 && depth > 0:
		return "{" + r.key() + ": " + r.value(depth-1) + ", " + r.key() + ": " + r.value(depth-1) + "}"
	case choice < 6:
		return fmt.Sprintf(r.pick("%d", "-%d.50", "%de3", "%dE-7", "0.000%d", "%d00000000000000000000", "%d.5e18"), r.IntN(100))
	case choice < 7:
		return fmt.Sprintf("%d.%de%d", r.IntN(10), r.Uint64(), r.IntN(700)-350)
	}
	return r.pick("true", "false", "null", "NaN", "-Infinity", "[]", "{}", `""`, `"x"`, `"\u007f\u0000\t\\\""`, `"Größe"`, `"\udfff😀"`, "-0", "-0.0", `[["id"]]`)
}

func TestRenderWithoutStreams(t *testing.T) {
	got, err := Render([]File{Read("streams/s/_catalog.json", []byte("{}"))}, nil)
	if got != nil || err != nil {
		t.Errorf("%q, %v; the generator writes nothing", got, err)
	}
}

func TestRenderErrors(t *testing.T) {
	tests := map[string]struct {
		stream, discovered string
		want               RenderError
	}{
		"no JSON":              {"{\n\"a\" 1}", "", RenderError{"streams/s/a.json", 2, 5, "not JSON: unexpected character '1': a colon must follow the key"}},
		"no object":            {"[]", "", RenderError{"streams/s/a.json", 1, 1, "a stream configuration must be an object, not an array"}},
		"no stream":            {`{"fields": {}}`, "", RenderError{"streams/s/a.json", 1, 1, `the key "stream" is missing`}},
		"stream is a number":   {`{"stream": 1}`, "", RenderError{"streams/s/a.json", 1, 12, "stream must be a string, not a number"}},
		"stream is a path":     {`{"stream": "../b"}`, "", RenderError{"streams/s/a.json", 1, 12, "stream must be a plain name, for it is the file name of the discovered schema"}},
		"fields are a list":    {`{"stream": "a", "fields": []}`, "", RenderError{"streams/s/a.json", 1, 27, "fields must be an object, not an array"}},
		"field is a string":    {`{"stream": "a", "fields": {"id": "integer"}}`, "", RenderError{"streams/s/a.json", 1, 34, `a field must be an object such as {"type": "string"}, not a string`}},
		"discovered no JSON":   {`{"stream": "a"}`, "{", RenderError{"sources/s/a.json", 1, 2, "not JSON: unexpected end of file: a key in double quotes must stand here"}},
		"discovered no object": {`{"stream": "a"}`, "[1]", RenderError{"sources/s/a.json", 1, 1, "a discovered schema must be an object, not an array"}},
		"discovered options":   {`{"stream": "a"}`, `{"options": null}`, RenderError{"sources/s/a.json", 1, 13, "options must be an object, not null"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			discovered := map[string]File{}
			if test.discovered != "" {
				discovered["a"] = Read("sources/s/a.json", []byte(test.discovered))
			}
			got, err := Render([]File{Read("streams/s/a.json", []byte(test.stream))}, discovered)
			if got != nil {
				t.Errorf("a catalog came with the error: %s", got)
			}
			if diff := cmp.Diff(error(&test.want), err); diff != "" {
				t.Errorf("error (-want +got):\n%s", diff)
			}
		})
	}
}
