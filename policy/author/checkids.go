package author

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
	"go.yaml.in/yaml/v3"

	"github.com/lotus-lake/lotus-gate/policy"
	"github.com/lotus-lake/lotus-gate/validate/config"
)

// ids looks at every place where Rego names a rule or one of its parameters:
// data.parameters["domain/rule"].name, and what tests put in its place.
func (a *audit) ids(file policy.Authored) {
	parametersRef, layoutRef := ast.MustParseRef("data.parameters"), ast.MustParseRef("data.layout")
	ast.WalkRefs(file.Module, func(ref ast.Ref) bool {
		if ref.HasPrefix(parametersRef) && len(ref) > 2 {
			a.parameter(file, ref[2:], ref[0].Location)
		}
		if ref.HasPrefix(layoutRef) && len(ref) > 2 {
			a.layout(file, ref)
		}
		return false
	})
	ast.WalkWiths(file.Module, func(with *ast.With) bool {
		target, isRef := with.Target.Value.(ast.Ref)
		object, isObject := with.Value.Value.(ast.Object)
		if !isRef || !isObject || !target.Equal(parametersRef) {
			return false
		}
		object.Foreach(func(id, values *ast.Term) {
			if names, ok := values.Value.(ast.Object); ok {
				names.Foreach(func(name, _ *ast.Term) { a.parameter(file, []*ast.Term{id, name}, with.Location) })
				return
			}
			a.parameter(file, []*ast.Term{id}, with.Location)
		})
		return false
	})
}

// parameter checks the id of a rule and, when it is there, the name of a parameter.
// What is not a literal cannot be told.
func (a *audit) parameter(file policy.Authored, path []*ast.Term, at *ast.Location) {
	id, ok := path[0].Value.(ast.String)
	if !ok {
		return
	}
	rule, found := a.set.Rule(string(id))
	if !found {
		a.add(file.Path, at.Row, "a rule's id is its package, with / for the dot", "%v", a.set.Unknown(string(id)))
		return
	}
	if len(path) < 2 {
		return
	}
	name, ok := path[1].Value.(ast.String)
	if _, declared := rule.Parameters[string(name)]; ok && !declared {
		remedy := "describe it under custom.parameters of the METADATA, with a default"
		a.add(file.Path, at.Row, remedy, "rule %s has no parameter %q%s", string(id), string(name), among(slices.Sorted(maps.Keys(rule.Parameters))))
	}
}

func (a *audit) layout(file policy.Authored, ref ast.Ref) {
	known := []string{"catalog", "sources", "streams"} // as config.Config.Policy gives them
	if key, ok := ref[2].Value.(ast.String); ok && !slices.Contains(known, string(key)) {
		a.add(file.Path, ref[0].Location.Row, "", "data.layout has no %q%s", string(key), among(known))
	}
}

func among(names []string) string {
	if len(names) == 0 {
		return "; it has none"
	}
	return "; it has: " + strings.Join(names, ", ")
}

// config looks at the rule ids of a configuration.
func (a *audit) config(name string, text []byte) {
	settings, err := config.Parse(name, text)
	if err != nil {
		a.add(name, 0, "docs/configuration.md describes every key", "%s", strings.TrimPrefix(err.Error(), name+": "))
		return
	}
	var root yaml.Node
	if err := yaml.Unmarshal(text, &root); err != nil {
		return // config.Parse has read it
	}
	for _, id := range slices.Sorted(maps.Keys(settings.Rules)) {
		rule, found := a.set.Rule(id)
		if !found {
			a.add(name, lineOf(&root, "rules", id), "`gate rules --policy …` lists them", "%v", a.set.Unknown(id))
			continue
		}
		for _, parameter := range slices.Sorted(maps.Keys(settings.Rules[id].Parameters)) {
			if _, declared := rule.Parameters[parameter]; !declared {
				a.add(name, lineOf(&root, "rules", id, "parameters", parameter), "", "rule %s has no parameter %q%s",
					id, parameter, among(slices.Sorted(maps.Keys(rule.Parameters))))
			}
		}
	}
	for _, w := range settings.Waivers {
		if _, found := a.set.Rule(w.Rule); !found && w.Rule != config.NotInspected {
			a.add(name, w.Line, "`gate rules --policy …` lists them", "%v", fmt.Errorf("waiver: %w", a.set.Unknown(w.Rule)))
		}
	}
}

// lineOf finds the line of a key in nested maps; the nearest one above it.
func lineOf(node *yaml.Node, path ...string) int {
	if node.Kind == yaml.DocumentNode && len(node.Content) > 0 {
		node = node.Content[0]
	}
	line := node.Line
	for _, name := range path {
		found := false
		for i := 0; i+1 < len(node.Content) && !found; i += 2 {
			if node.Kind == yaml.MappingNode && node.Content[i].Value == name {
				line, node, found = node.Content[i].Line, node.Content[i+1], true
			}
		}
		if !found {
			break
		}
	}
	return line
}
