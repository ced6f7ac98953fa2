package author

import (
	"bytes"

	"github.com/rogpeppe/go-internal/diff"
)

// changes between two texts as a unified diff; none between equal ones.
func changes(oldName string, was []byte, newName string, is []byte) []byte {
	_, text, _ := bytes.Cut(diff.Diff(oldName, was, newName, is), []byte("\n")) // without the line that repeats both names
	return text
}
