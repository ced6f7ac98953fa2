package lake

import (
	"github.com/lotus-lake/lotus-gate/policy"
	"github.com/lotus-lake/lotus-gate/validate/parse"
)

// script is the document of a file that people or CI run, when it mentions
// Terraform.
func (v *View) script(e Entry, data []byte) ([]policy.Document, *UninspectedError, error) {
	if !parse.ScriptRelevant(e.Path, data) {
		return nil, nil, nil
	}
	if skip := oversized(e, data); skip != nil {
		return nil, skip, nil
	}
	lines := parse.ScriptLines(e.Path, data)
	if len(lines) == 0 {
		return nil, nil, nil
	}
	list := make([]any, len(lines))
	for i, line := range lines {
		list[i] = map[string]any{"text": line.Text, "at": position(e.Path, line.Line, line.Column)}
	}
	return []policy.Document{{Kind: "script", Path: e.Path, Input: map[string]any{"lines": list}}}, nil, nil
}
