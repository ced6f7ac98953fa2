// Package stream knows the lake's stream configurations: their schema, the Airbyte catalog
// that the lake's generator makes of them, their schedules, and how long a backfill flag has
// been on. Its functions are pure: bytes and histories come in, values go out.
package stream

import (
	"errors"
	"path"
	"strings"

	"github.com/lotus-lake/lotus-gate/validate/parse"
)

// File is one JSON file of a source: a stream's configuration
// (`<streams>/<source>/<stream>.json`) or a discovered schema (`<sources>/<source>/<stream>.json`).
type File struct {
	Path string // from the repository's root, with /
	// Root is the file's value, nil when it does not parse; Syntax then says why.
	Root   *parse.Node
	Syntax *parse.SyntaxError
}

// Read parses the content of the file at path.
func Read(path string, data []byte) File {
	root, err := parse.JSON(data, parse.JSONOptions{})
	var syntax *parse.SyntaxError
	if errors.As(err, &syntax) {
		return File{Path: path, Syntax: syntax}
	}
	return File{Path: path, Root: root}
}

// Name is the file's name without its directory and `.json`.
func (f File) Name() string {
	return strings.TrimSuffix(path.Base(f.Path), ".json")
}

// Stream is the name that the file itself gives its stream, under which the discovered
// schema is looked up; the file's name where it gives none.
func (f File) Stream() string {
	if name := f.Root.Get("stream"); name != nil && name.Kind == parse.String {
		return name.Text
	}
	return f.Name()
}

// Backfill tells whether the flag is on, which it is for the JSON value true alone.
// (Terraform also takes the string "true" for true; the schema refuses it.)
func (f File) Backfill() bool { return f.Root.Get("backfill").IsTrue() }

// Connector names what loads the stream: "dlt", or "airbyte", which is the default.
func (f File) Connector() string {
	if c := f.Root.Get("connector"); c != nil && c.Kind == parse.String && c.Text == "dlt" {
		return "dlt"
	}
	return "airbyte"
}

// Selected is false only where the file says so.
func (f File) Selected() bool {
	selected := f.Root.Get("selected")
	return selected == nil || selected.Kind != parse.Bool || selected.IsTrue()
}

// IsConfig tells whether a file of a source's directory configures a stream: *.json, but not
// the generated `_catalog.json` and others that begin with an underscore.
func IsConfig(name string) bool {
	return strings.HasSuffix(name, ".json") && !strings.HasPrefix(name, "_")
}

// place is the position of an input document (docs/inputs.md).
func place(path string, line, column int) map[string]any {
	return map[string]any{"path": path, "line": line, "column": column}
}
