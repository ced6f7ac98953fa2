package lake

import (
	"github.com/lotus-lake/lotus-gate/policy"
	"github.com/lotus-lake/lotus-gate/validate/state"
)

// Material is the document of what a file's name, link target or bytes say of
// Terraform state; false when they say nothing, which is the usual case and
// costs a scan of the bytes at memory speed. What could not be inspected is told.
func Material(e Entry, data []byte, limits state.Limits) (doc policy.Document, found bool, skipped []UninspectedError) {
	input := map[string]any{"name": nil, "found": []any{}}
	if form, ok := state.Name(e.Path); ok {
		input["name"], found = string(form), true
		if e.Mode == Regular && sealed(data) {
			input["encrypted"] = true
		}
	}
	switch e.Mode {
	case Symlink:
		link := map[string]any{"target": string(data), "name": nil}
		if form, ok := state.Name(string(data)); ok {
			link["name"], found = string(form), true
		}
		input["link"] = link
	case Regular:
		if _, _, pointer := state.LFSPointer(data); pointer {
			input["lfs"] = true
			skipped = []UninspectedError{{Path: e.Path, Reason: "Git LFS pointer: its content is not in the repository"}}
			// A pointer may have lines of its own: they are judged like any other.
		}
		if !state.Quick(data) {
			break
		}
		materials, notes := state.Content(e.Path, data, limits)
		for _, note := range notes {
			skipped = append(skipped, UninspectedError{Path: e.Path, Reason: note, Undecided: true})
		}
		list := make([]any, len(materials))
		for i, m := range materials {
			list[i] = map[string]any{
				"form": m.Form, "via": anySlice(m.Via), "at": position(e.Path, m.Line, 1), "detail": m.Detail,
			}
		}
		input["found"], found = list, found || len(list) > 0
	}
	return policy.Document{Kind: "material", Path: e.Path, Input: input}, found, skipped
}

func position(path string, line, column int) map[string]any {
	return map[string]any{"path": path, "line": line, "column": column}
}

func anySlice[T any](list []T) []any {
	out := make([]any, len(list))
	for i, v := range list {
		out[i] = v
	}
	return out
}
