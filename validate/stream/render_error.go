package stream

import (
	"fmt"

	"github.com/lotus-lake/lotus-gate/validate/parse"
)

// RenderError says why no catalog can be made of a source: the lake's generator would stop
// with an exception there. Line and Column are 1-based.
type RenderError struct {
	Path         string
	Line, Column int
	Message      string
}

func (e *RenderError) Error() string {
	return fmt.Sprintf("%s:%d:%d: %s", e.Path, e.Line, e.Column, e.Message)
}

// wrong is the error that node is not what the message says it must be.
func (f File) wrong(node *parse.Node, message string) error {
	return &RenderError{Path: f.Path, Line: node.Line, Column: node.Column, Message: message}
}

// mustBeObject returns the object under key of an object of f, or an empty one where there is none.
func (f File) mustBeObject(object *parse.Node, key string) (parse.Node, error) {
	value := object.Get(key)
	if value == nil {
		return dict(), nil
	}
	if value.Kind != parse.Object {
		return dict(), f.wrong(value, fmt.Sprintf("%s must be an object, not %s", key, article(value.Kind)))
	}
	return *value, nil
}

// article names a kind of value in a sentence.
func article(kind parse.Kind) string {
	switch kind {
	case parse.Null:
		return "null"
	case parse.Array, parse.Object:
		return "an " + kind.String()
	}
	return "a " + kind.String()
}

// mustParse refuses a file without a value.
func (f File) mustParse() error {
	switch {
	case f.Root != nil:
		return nil
	case f.Syntax != nil:
		return &RenderError{Path: f.Path, Line: f.Syntax.Line, Column: f.Syntax.Column, Message: "not JSON: " + f.Syntax.Message}
	}
	return &RenderError{Path: f.Path, Line: 1, Column: 1, Message: "not read"}
}
