package policy

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/open-policy-agent/opa/v1/ast"
)

// Object is the document as rules see it.
func (d Document) Object() map[string]any {
	input := make(map[string]any, len(d.Input)+3)
	maps.Copy(input, d.Input)
	input["kind"], input["path"] = d.Kind, d.Path
	if d.Commit != "" {
		input["commit"] = d.Commit
	}
	return input
}

// value converts the document to the form that is evaluated, once.
func (d Document) value() (ast.Value, error) { return ast.InterfaceToValue(d.Object()) }

// newFinding reads one element of a rule's deny set: its message, and either a
// field path into the document or a position that was in the input.
func newFinding(rule Rule, doc Document, denied any) (Finding, error) {
	fail := func(format string, args ...any) (Finding, error) {
		return Finding{}, fmt.Errorf("rule %s on %s: "+format, append([]any{rule.ID, doc.Path}, args...)...)
	}
	f := Finding{
		Rule: rule.ID, Severity: rule.Severity, Remedy: rule.Remediation, Ticket: rule.Ticket, Docs: rule.Docs(),
		Path: doc.Path, Commit: doc.Commit, Line: 1, Column: 1,
	}
	if doc.At != nil {
		f.Path, f.Line, f.Column = doc.At.Path, doc.At.Line, doc.At.Column
	}
	object, ok := denied.(map[string]any)
	if !ok {
		return fail("deny holds %T, want an object with a message", denied)
	}
	if object["field"] != nil && object["at"] != nil {
		return fail("deny has both field and at: want one place")
	}
	for _, key := range slices.Sorted(maps.Keys(object)) {
		value := object[key]
		switch key {
		case "message":
			f.Message, ok = value.(string)
		case "remedy":
			f.Remedy, ok = value.(string)
		case "break_glass":
			f.BreakGlass, ok = value.(string)
		case "field":
			var path []any
			if path, ok = value.([]any); ok {
				f.Field = FieldPath(path)
				if doc.Locate != nil {
					f.Line, f.Column = doc.Locate(path)
				}
			}
		case "at":
			ok = position(value, &f)
		case "steps":
			f.Steps, ok = steps(value)
		default:
			return fail("deny has an unknown key %q: want message, field, at, remedy, steps or break_glass", key)
		}
		if !ok {
			return fail("deny.%s has the wrong type (%T)", key, value)
		}
	}
	if f.Message == "" {
		return fail("deny has no message")
	}
	return f, nil
}

func position(value any, f *Finding) bool {
	at, ok := value.(map[string]any)
	if !ok {
		return false
	}
	if path, ok := at["path"].(string); ok {
		f.Path = path
	}
	number := func(key string) int {
		n, _ := at[key].(json.Number)
		i, _ := n.Int64()
		return int(i)
	}
	f.Line, f.Column = number("line"), number("column")
	return true
}

// steps reads [{"do": word, "args": [text, …]}, …].
func steps(value any) ([]Step, bool) {
	list, ok := value.([]any)
	if !ok {
		return nil, false
	}
	out := make([]Step, len(list))
	for i, element := range list {
		object, _ := element.(map[string]any)
		args, isList := object["args"].([]any)
		do, isText := object["do"].(string)
		if !isList || !isText || len(object) != 2 {
			return nil, false
		}
		out[i].Do = do
		for _, arg := range args {
			text, isText := arg.(string)
			if !isText {
				return nil, false
			}
			out[i].Args = append(out[i].Args, text)
		}
	}
	return out, true
}
