package author

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/rego"

	"github.com/lotus-lake/lotus-gate/policy"
)

// Scopes of the kinds of documents: of one file, of a change as a whole, of a request, of an audit.
func Scopes() map[string]string {
	return map[string]string{
		"material": "document", "stream": "document", "manifest": "document", "script": "document", "code": "document",
		"module": "change", "source": "change", "workspace": "change", "waiver": "change", "request": "request",
		"resource": "audit", "state": "audit", "delivery": "audit", "workload": "audit", "backfill": "audit",
	}
}

// metadata looks for what METADATA says and no document ever answers to.
func (a *audit) metadata(rule policy.Rule, file policy.Authored) {
	at := file.Module.Package.Location.Row
	for _, annotation := range file.Module.Annotations {
		if annotation.Scope == "package" {
			at = annotation.Location.Row
		}
	}
	for _, kind := range rule.Kinds {
		scope := Scopes()[kind]
		if len(rule.Kinds) == 1 && rule.Scope != scope {
			a.add(file.Path, at, "write scope: "+scope, "custom.scope is %s, but documents of kind %s are of scope %s", rule.Scope, kind, scope)
		}
		if rule.When == policy.History && scope == "change" {
			a.add(file.Path, at, "write when: tip", "it can never fire: history rules judge files, and %s is made of many", kind)
		}
		if !bindsSchema(file.Module, kind) {
			a.add(file.Path, at, "add under METADATA: `schemas: [{input: schema."+kind+"}]`",
				"METADATA: no schema for input of kind %s, so that a misspelt field would pass in silence", kind)
		}
	}
	if rule.Admission == nil || slices.Contains(rule.Kinds, "request") {
		return
	}
	writes := slices.ContainsFunc(rule.Admission.Operations, func(o string) bool { return o == "CREATE" || o == "UPDATE" })
	if !writes {
		a.add(file.Path, at, "add CREATE or UPDATE to custom.admission.operations, or judge documents of kind request",
			"it can never fire in the cluster: only CREATE and UPDATE bring documents of kind %s", strings.Join(rule.Kinds, ", "))
	}
	if !slices.Contains(rule.Kinds, "manifest") && !slices.ContainsFunc(rule.Admission.Resources, func(r string) bool {
		group, _, resource := policy.SplitResource(r)
		return group == "" && resource == "configmaps"
	}) {
		a.add(file.Path, at, "add core/v1/configmaps to custom.admission.resources", "it can never fire in the cluster: only ConfigMaps bring streams")
	}
}

// bindsSchema reports whether any annotation binds input to the schema of a kind.
func bindsSchema(module *ast.Module, kind string) bool {
	return slices.ContainsFunc(module.Annotations, func(annotation *ast.Annotations) bool {
		return slices.ContainsFunc(annotation.Schemas, func(s *ast.SchemaAnnotation) bool {
			return s.Path.String() == "input" && s.Schema.String() == "schema."+kind
		})
	})
}

// patience is how long one deny is evaluated with everything unknown; one that takes
// longer is taken to fire.
const patience = 2 * time.Second

// fires evaluates each deny of a rule with everything unknown that a document, the
// configuration or data may say. One that comes out empty even so can never fire.
func (a *audit) fires(ctx context.Context, rule policy.Rule, file policy.Authored) error {
	modules, err := a.set.Parse(rule)
	if err != nil {
		return err
	}
	mine := modules[file.Path]
	if mine == nil {
		return nil
	}
	whole := readsWholeInput(modules)
	for i, deny := range mine.Rules {
		if ruleName(deny) != "deny" {
			continue
		}
		alone := mine.Copy()
		alone.Rules = slices.DeleteFunc(slices.Clone(alone.Rules), func(r *ast.Rule) bool { return ruleName(r) == "deny" && r.Location.Row != deny.Location.Row })
		pruned := maps.Clone(modules)
		pruned[file.Path] = alone
		can := false
		for _, kind := range rule.Kinds {
			if can, err = a.canFire(ctx, rule.ID, kind, pruned, whole); err != nil {
				return err
			}
			if can {
				break
			}
		}
		if !can {
			a.add(file.Path, mine.Rules[i].Location.Row, "look for a condition that is always false, or for a kind that custom.kinds does not name",
				"this deny can never fire, whatever a document of kind %s says", strings.Join(rule.Kinds, ", "))
		}
	}
	return ctx.Err()
}

// canFire evaluates deny partially for documents of one kind.
func (a *audit) canFire(ctx context.Context, id, kind string, modules map[string]*ast.Module, whole bool) (bool, error) {
	compiler := policy.NewCompiler()
	if compiler.Compile(modules); compiler.Failed() {
		return true, nil // it has been compiled before, with all of deny
	}
	unknown := []string{"data.parameters", "data.layout"}
	for _, root := range a.data {
		unknown = append(unknown, `data["`+root+`"]`)
	}
	fields, err := policy.Fields(kind)
	if err != nil {
		return false, err
	}
	for _, field := range fields {
		if field != "kind" {
			unknown = append(unknown, "input."+field)
		}
	}
	if whole {
		unknown = append(unknown, "input")
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	partial, err := rego.New(
		rego.Query("data."+strings.ReplaceAll(id, "/", ".")+".deny[_]"), rego.Compiler(compiler),
		rego.ParsedInput(ast.NewObject(ast.Item(ast.StringTerm("kind"), ast.StringTerm(kind)))), rego.Unknowns(unknown),
	).Partial(ctx)
	if err != nil {
		return true, nil //nolint:nilerr // what cannot be told is no problem
	}
	return len(partial.Queries) > 0, nil
}

// readsWholeInput reports whether anything uses input other than by a field's name:
// then nothing of it can be taken for known.
func readsWholeInput(modules map[string]*ast.Module) bool {
	whole := false
	for _, module := range modules {
		ast.WalkRefs(module, func(ref ast.Ref) bool {
			if ref.HasPrefix(ast.InputRootRef) {
				named := false
				if len(ref) > 1 {
					_, named = ref[1].Value.(ast.String)
				}
				whole = whole || !named
			}
			return false
		})
	}
	return whole
}
