package rules_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/rego"
	"github.com/open-policy-agent/opa/v1/storage/inmem"
	"github.com/open-policy-agent/opa/v1/topdown"

	"github.com/lotus-lake/lotus-gate/policy"
	"github.com/lotus-lake/lotus-gate/policy/rules"
)

// steps counts what an evaluation does: the same on every machine, however busy it is.
type steps int

func (*steps) Enabled() bool               { return true }
func (*steps) Config() topdown.TraceConfig { return topdown.TraceConfig{} }
func (s *steps) TraceEvent(topdown.Event)  { *s++ }

// TestEffortGrowsWithTheModule: twice the module is about twice the work, for every rule that judges modules. A rule that compares
// all with all would use up its time where there is much to find, and the push would end in "could not decide".
func TestEffortGrowsWithTheModule(t *testing.T) {
	set, err := policy.Load(rules.FS, nil)
	if err != nil {
		t.Fatal(err)
	}
	modules := parse(t)
	compiler := ast.NewCompiler()
	if compiler.Compile(modules); compiler.Failed() {
		t.Fatal(compiler.Errors)
	}
	parameters := map[string]any{}
	for _, rule := range set.Rules() {
		values := map[string]any{}
		for name, p := range rule.Parameters {
			values[name] = p.Default
		}
		parameters[rule.ID] = values
	}
	for _, rule := range set.Rules() {
		if !strings.Contains(fmt.Sprint(rule.Kinds), "module") {
			continue
		}
		t.Run(rule.ID, func(t *testing.T) {
			effort := func(n int) int {
				facts := module(n)
				if rule.ID == "terraform/syntax" {
					facts["syntax"] = facts["crons"]
				}
				var count steps
				results, err := rego.New(rego.Compiler(compiler), rego.Query("data."+strings.ReplaceAll(rule.ID, "/", ".")+".deny"),
					rego.Store(inmem.NewFromObject(map[string]any{"parameters": parameters})), rego.Input(facts), rego.QueryTracer(&count)).Eval(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				if found := len(results[0].Expressions[0].Value.([]any)); found < n/4 {
					t.Errorf("%d findings in %d of everything: the measure says nothing", found, n)
				}
				return int(count)
			}
			if once, twice := effort(100), effort(200); twice > 5*once/2 {
				t.Errorf("%d steps for 100 of everything, %d for 200", once, twice)
			}
		})
	}
}

// module has n of everything that a rule finds fault with.
func module(n int) map[string]any {
	facts := map[string]any{"kind": "module", "path": "tf", "syntax": []any{}, "backend": nil, "moved": []any{}, "removed": []any{}, "imports": []any{}}
	add := func(key string, fact map[string]any, line int) {
		fact["at"] = map[string]any{"path": "tf/main.tf", "line": line, "column": 1}
		list, _ := facts[key].([]any)
		facts[key] = append(list, fact)
	}
	for i := range n {
		source, local := fmt.Sprintf("airbyte_source.s%d", i), map[string]any{"backend": map[string]any{"value": "local", "at": i}}
		add("resources", map[string]any{"address": source, "mode": "managed", "type": "airbyte_source", "title": fmt.Sprintf("Source %d", i/2), "count": i%4 == 3, "attributes": local}, i)
		add("resources", map[string]any{"address": "data." + source, "mode": "data", "type": "terraform_remote_state", "title": nil, "count": false, "attributes": local}, i)
		add("base", map[string]any{"address": source + "_old", "type": "airbyte_source", "title": fmt.Sprintf("Source %d", i/2)}, i)
		add("base", map[string]any{"address": fmt.Sprintf("type_%d.old", i), "type": fmt.Sprintf("type_%d", i), "title": nil}, i)
		add("resources", map[string]any{"address": fmt.Sprintf("type_%d.new", i), "mode": "managed", "type": fmt.Sprintf("type_%d", i), "title": nil, "count": false, "attributes": local}, i)
		add("variables", map[string]any{"name": fmt.Sprintf("password_%d", i), "sensitive": true, "default_literal": true, "used": false}, i)
		add("locals", map[string]any{"name": fmt.Sprintf("minio_%d", i)}, i)
		add("references", map[string]any{"from": source, "target": fmt.Sprintf("airbyte_source.x%d", i), "kind": "resource", "resolved": false, "nearest": nil}, i)
		add("references", map[string]any{"from": source, "target": fmt.Sprintf("var.x%d", i), "kind": "var", "resolved": false, "nearest": nil}, i)
		add("duplicates", map[string]any{"address": source, "first": map[string]any{"path": "tf/main.tf", "line": 1}}, i)
		add("reads", map[string]any{"call": "file", "path": fmt.Sprintf("x%d", i), "exists": false, "escapes": false, "optional": false, "from": source}, i)
		add("credentials", map[string]any{"attribute": "password", "from": source}, i)
		add("unknown_attributes", map[string]any{"attribute": "cron_timezone", "from": source, "nearest": nil}, i)
		add("crons", map[string]any{"expression": "x", "error": "not a schedule", "message": "no end", "from": source}, i)
		add("providers", map[string]any{"name": fmt.Sprintf("p%d", i), "version": nil, "pinned": false}, i)
		add("resets", map[string]any{"address": source, "unstable": []any{map[string]any{"call": "timestamp", "at": i}}}, i)
	}
	facts["base"] = map[string]any{"resources": facts["base"]}
	return facts
}
