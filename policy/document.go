// Package policy judges documents with Rego rules. It knows nothing of git,
// files or clusters: documents come in, findings go out.
package policy

// A Document is one input of the rules: a file's content, a change as a whole,
// or an admission request, already turned into plain values. docs/inputs.md
// describes the input of each kind.
type Document struct {
	Kind   string // what rules select on, for example "stream"
	Path   string // file or directory relative to the repository's root
	Commit string // full id of the commit it was read from; "" for a working tree

	// Input is what the rules see, made of map[string]any, []any, string, bool,
	// json.Number, int, float64 and nil. Kind, Path and Commit are added to it.
	Input map[string]any

	// Locate maps a field path (object keys and array indices) that a rule
	// gave to the line and column of that field, or of the deepest ancestor
	// that exists. It is called for findings only; nil means line 1.
	Locate func(field []any) (line, column int)

	// At is where findings stand that name no place; nil means the first line.
	At *Position
}
