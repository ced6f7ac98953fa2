package lake

import (
	"fmt"

	"github.com/lotus-lake/lotus-gate/policy"
	"github.com/lotus-lake/lotus-gate/validate/parse"
)

// code is the document of what a program says about DuckDB, the environment
// and names.
func (v *View) code(e Entry, data []byte) ([]policy.Document, *UninspectedError, error) {
	if !parse.CodeRelevant(e.Path, data, v.Names) {
		return nil, nil, nil
	}
	if skip := oversized(e, data); skip != nil {
		return nil, skip, nil
	}
	c := parse.ParseCode(e.Path, data, v.Names)
	if c == nil {
		return nil, nil, nil
	}
	statements, fallbacks, names := []any{}, []any{}, []any{}
	for _, s := range c.Statements {
		statement := map[string]any{"what": s.What, "name": s.Name, "scope": s.Scope, "at": position(e.Path, s.Line, s.Column)}
		if s.What == "attach_ducklake" {
			statement["data_path"] = s.DataPath
		}
		statements = append(statements, statement)
	}
	for _, f := range c.Fallbacks {
		fallbacks = append(fallbacks, map[string]any{
			"variable": f.Variable, "empty": f.Empty, "call": f.Call, "at": position(e.Path, f.Line, f.Column),
		})
	}
	for _, n := range c.Names {
		names = append(names, map[string]any{"name": n.Name, "at": position(e.Path, n.Line, n.Column)})
	}
	return []policy.Document{{Kind: "code", Path: e.Path, Input: map[string]any{
		"language": c.Language, "statements": statements, "fallbacks": fallbacks, "names": names,
	}}}, nil, nil
}

// oversized tells of code that is too large to be read, nil for any other.
func oversized(e Entry, data []byte) *UninspectedError {
	if len(data) <= parse.MaxCodeBytes {
		return nil
	}
	return &UninspectedError{Path: e.Path, Undecided: true, Reason: fmt.Sprintf(
		"%d bytes of code, more than the %d that are read", len(data), parse.MaxCodeBytes)}
}
