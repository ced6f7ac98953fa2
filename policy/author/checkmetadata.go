package author

import (
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/lotus-lake/lotus-gate/policy"
)

// Scopes of the kinds of documents: of one file, of a change as a whole, of a request, of an audit.
func Scopes() map[string]string {
	return map[string]string{
		"material": "document", "stream": "document", "manifest": "document", "script": "document", "code": "document",
		"module": "change", "source": "change", "workspace": "change", "waiver": "change", "approval": "change",
		"request":  "request",
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
		switch {
		case kind == "approval" && rule.When != policy.History:
			a.add(file.Path, at, "write when: history", "it can never fire: an approval is judged with each commit of a history")
		case kind != "approval" && rule.When == policy.History && scope == "change":
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
