package rules_test

import (
	"os"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/lotus-lake/lotus-gate/policy"
	"github.com/lotus-lake/lotus-gate/policy/rules"
)

const (
	longestRule = 30  // lines
	longestFile = 150 // lines
)

// TestFolders: directory = package = rule id, and each rule's folder holds the
// rule, its test and its examples.
func TestFolders(t *testing.T) {
	for file, module := range parse(t) {
		dir, base := path.Split(file)
		dir = strings.TrimSuffix(dir, "/")
		stem, isTest := strings.CutSuffix(strings.TrimSuffix(base, ".rego"), "_test")
		if stem != path.Base(dir) {
			t.Errorf("%s: the file is not named for its folder", file)
		}
		want := "data." + strings.ReplaceAll(dir, "/", ".")
		if isTest {
			want += "_test"
		}
		if got := module.Package.Path.String(); got != want {
			t.Errorf("%s: package is %s, want %s", file, got, want)
		}
		need := []string{stem + ".rego", stem + "_test.rego"}
		if !strings.HasPrefix(dir, "lib/") {
			need = append(need, "examples.yaml")
		}
		for _, name := range need {
			if _, err := os.Stat(path.Join(dir, name)); err != nil {
				t.Errorf("%s: %v", dir, err)
			}
		}
	}
}

// TestLengths keeps rules short enough to be read at a glance.
func TestLengths(t *testing.T) {
	for file, text := range files(t, ".rego") {
		if n := strings.Count(string(text), "\n"); n > longestFile && !strings.HasSuffix(file, "_test.rego") {
			t.Errorf("%s has %d lines, more than %d", file, n, longestFile)
		}
	}
	for file, module := range parse(t) {
		if strings.HasSuffix(file, "_test.rego") {
			continue
		}
		for _, rule := range module.Rules {
			if n := 1 + strings.Count(string(rule.Location.Text), "\n"); n > longestRule {
				t.Errorf("%s: rule %s has %d lines, more than %d", rule.Location, rule.Head.Name, n, longestRule)
			}
		}
	}
}

// TestMetadata: what a rule says of itself is complete, its kinds have schemas,
// and it uses each of its parameters and no other.
func TestMetadata(t *testing.T) {
	set, err := policy.Load(rules.FS, nil)
	if err != nil {
		t.Fatal(err)
	}
	modules := parse(t)
	for _, rule := range set.Rules() {
		module := modules[rule.ID+"/"+path.Base(rule.ID)+".rego"]
		if module == nil {
			t.Errorf("%s: index.json names a rule that has no file", rule.ID)
			continue
		}
		if rule.Ticket == "" {
			t.Errorf("%s: custom.ticket is missing", rule.ID)
		}
		if strings.HasSuffix(rule.Title, ".") || strings.HasSuffix(rule.Remediation, ".") {
			t.Errorf("%s: title and remediation end without a period", rule.ID)
		}
		for _, kind := range rule.Kinds {
			if _, err := os.Stat("schemas/" + kind + ".json"); err != nil {
				t.Errorf("%s: kind %s: %v", rule.ID, kind, err)
			}
			if !schemaOf(module, kind) {
				t.Errorf("%s: no annotation checks the rule against schema.%s", rule.ID, kind)
			}
		}
		used := parametersUsed(t, rule.ID, module)
		for name, p := range rule.Parameters {
			if !used[name] {
				t.Errorf("%s: parameter %s is never used", rule.ID, name)
			}
			if p.Description == "" || p.Default == nil {
				t.Errorf("%s: parameter %s wants a description and a default", rule.ID, name)
			}
			delete(used, name)
		}
		for name := range used {
			t.Errorf("%s: uses parameter %s, which its METADATA does not describe", rule.ID, name)
		}
	}
}

// schemaOf reports whether any annotation of the module binds input to a kind's
// schema.
func schemaOf(module *ast.Module, kind string) bool {
	return slices.ContainsFunc(module.Annotations, func(a *ast.Annotations) bool {
		return slices.ContainsFunc(a.Schemas, func(s *ast.SchemaAnnotation) bool {
			return s.Path.String() == "input" && s.Schema.String() == "schema."+kind
		})
	})
}

// parametersUsed lists the names n of all data.parameters["<id>"].n in a module.
func parametersUsed(t *testing.T, id string, module *ast.Module) map[string]bool {
	t.Helper()
	used := map[string]bool{}
	root := ast.MustParseRef("data.parameters")
	ast.WalkRefs(module, func(ref ast.Ref) bool {
		if !ref.HasPrefix(root) {
			return false
		}
		if len(ref) < 4 || !ref[2].Equal(ast.StringTerm(id)) {
			t.Errorf("%s: %s: a rule reads data.parameters[%q].<name> and nothing else", ref[0].Location, ref, id)
			return false
		}
		name, ok := ref[3].Value.(ast.String)
		if !ok {
			t.Errorf("%s: %s: a parameter's name must be a literal", ref[0].Location, ref)
		}
		used[string(name)] = true
		return false
	})
	return used
}
