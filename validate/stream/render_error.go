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

// mustBe returns the value under key of an object of f, or absent where there is none.
func (f File) mustBe(object *parse.Node, key string, kind parse.Kind, absent parse.Node) (parse.Node, error) {
	value := object.Get(key)
	if value == nil {
		return absent, nil
	}
	if value.Kind != kind {
		return absent, f.wrong(value, fmt.Sprintf("%s must be %s, not %s", key, article(kind), article(value.Kind)))
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
