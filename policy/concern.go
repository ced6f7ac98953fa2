package policy

import "slices"

// concerns reports whether a rule with these needs may have something to say of a
// document. What cannot be told is a yes.
func concerns(needs [][]need, doc Document) bool {
	return needs == nil || slices.ContainsFunc(needs, func(body []need) bool {
		return !slices.ContainsFunc(body, func(n need) bool { return !n.met(doc) })
	})
}

func (n need) met(doc Document) bool {
	switch n.Path[0] {
	case "*":
		return true
	case "kind":
		return n.in(doc.Kind, n.Path[1:])
	case "path":
		return n.in(doc.Path, n.Path[1:])
	case "commit":
		return doc.Commit != "" && n.in(doc.Commit, n.Path[1:])
	}
	value, ok := doc.Input[n.Path[0]]
	return ok && n.in(value, n.Path[1:])
}

// in reports whether the rest of the path leads to what is needed.
func (n need) in(value any, path []string) bool {
	switch v := value.(type) {
	case map[string]any:
		if len(path) == 0 {
			return n.Values == nil
		}
		if path[0] != "*" {
			element, ok := v[path[0]]
			return ok && n.in(element, path[1:])
		}
		for _, element := range v {
			if n.in(element, path[1:]) {
				return true
			}
		}
		return false
	case []any:
		if len(path) == 0 {
			return n.Values == nil
		}
		return path[0] == "*" && slices.ContainsFunc(v, func(element any) bool { return n.in(element, path[1:]) })
	case string:
		return len(path) == 0 && (n.Values == nil || slices.Contains(n.Values, v))
	case bool:
		return len(path) == 0 && n.Values == nil && (v || !n.True)
	case nil:
		return len(path) == 0 && n.Values == nil
	}
	return true // a number, or a type that Rego sees as it likes
}
