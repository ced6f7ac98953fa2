package schema_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/loader"

	"github.com/lotus-lake/lotus-gate/policy"
	"github.com/lotus-lake/lotus-gate/policy/rules"
	"github.com/lotus-lake/lotus-gate/test/schematest"
	"github.com/lotus-lake/lotus-gate/validate/schema"
)

// all are the schemas for the shipped rules, as they are published.
func all(t *testing.T) []schema.Schema {
	t.Helper()
	set, err := policy.Load(rules.FS, nil)
	if err != nil {
		t.Fatal(err)
	}
	schemas, err := schema.All(set.Rules())
	if err != nil {
		t.Fatal(err)
	}
	return schemas
}

const published = "../../docs/schemas"

// TestFresh keeps docs/schemas what the code says: `make generate` writes it.
func TestFresh(t *testing.T) {
	fresh, committed := map[string]string{}, map[string]string{}
	for _, s := range all(t) {
		fresh[s.File()] = string(s.Text)
	}
	err := filepath.WalkDir(published, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		name, _ := filepath.Rel(published, path)
		committed[filepath.ToSlash(name)] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(fresh, committed); diff != "" {
		t.Errorf("docs/schemas is out of date, run `make generate` (-fresh +committed):\n%s", diff)
	}
}

// TestNames: each schema has the address at which it is published.
func TestNames(t *testing.T) {
	for _, s := range all(t) {
		var head struct {
			ID    string `json:"$id"`
			Title string `json:"title"`
		}
		if err := json.Unmarshal(s.Text, &head); err != nil {
			t.Fatal(err)
		}
		if want := "https://github.com/lotus-lake/lotus-gate/blob/main/docs/schemas/" + s.File(); head.ID != want || head.Title == "" {
			t.Errorf("%s: $id %q, title %q; want the $id %s and a title", s.Name, head.ID, head.Title, want)
		}
	}
}

// TestInstances: a validator takes the instances of testdata, and refuses each of
// them when a single thing about it is spoilt.
func TestInstances(t *testing.T) {
	for _, s := range all(t) {
		t.Run(s.Name, func(t *testing.T) {
			valid := schematest.Compile(t, s.Text)
			var instances []any
			decode(t, filepath.Join("testdata", s.Name+".json"), &instances)
			var root map[string]any
			if err := json.Unmarshal(s.Text, &root); err != nil {
				t.Fatal(err)
			}
			spoilt := 0
			for i, instance := range instances {
				if err := valid(instance); err != nil {
					t.Errorf("instance %d: %v", i, err)
				}
				spoil(root, root, instance, "", func(what string) {
					spoilt++
					if valid(instance) == nil {
						t.Errorf("instance %d is valid with %s", i, what)
					}
				})
			}
			if t.Logf("%d ways to spoil %d instances", spoilt, len(instances)); spoilt == 0 {
				t.Error("nothing was spoilt")
			}
		})
	}
}

// spoil changes one thing of an object at a time, tells of it, and changes it back: a
// required key is taken away, an unknown one added, a value is of another type.
func spoil(root, schema map[string]any, value any, path string, tell func(string)) {
	schema = resolved(root, schema)
	switch v := value.(type) {
	case []any:
		items, _ := schema["items"].(map[string]any)
		for i := range v {
			spoil(root, items, v[i], path+"/*", tell)
		}
	case map[string]any:
		if schema["additionalProperties"] == false {
			v["no such key"] = true
			tell(path + ": an unknown key")
			delete(v, "no such key")
		}
		required, _ := schema["required"].([]any)
		for _, key := range required {
			kept := v[key.(string)]
			delete(v, key.(string))
			tell(path + " without " + key.(string))
			v[key.(string)] = kept
		}
		properties, _ := schema["properties"].(map[string]any)
		for key, kept := range v {
			property, _ := properties[key].(map[string]any)
			if other, ok := schema["additionalProperties"].(map[string]any); ok && property == nil {
				property = other
			}
			if len(property) == 0 {
				continue // anything goes
			}
			v[key] = otherThan(resolved(root, property)["type"])
			tell(path + "/" + key + " of another type")
			v[key] = kept
			spoil(root, property, kept, path+"/"+key, tell)
		}
	}
}

// resolved follows a reference inside the schema.
func resolved(root, schema map[string]any) map[string]any {
	ref, ok := schema["$ref"].(string)
	if !ok {
		return schema
	}
	target := root
	for key := range strings.SplitSeq(strings.TrimPrefix(ref, "#/"), "/") {
		target, _ = target[key].(map[string]any)
	}
	return target
}

// otherThan is a value of a type that a schema does not allow.
func otherThan(types any) any {
	allowed, _ := types.([]any)
	if !slices.Contains(append(allowed, types), any("object")) {
		return struct{}{}
	}
	return 1.5
}

func decode(t *testing.T, path string, into any) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, into); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
}

// TestForOPA: the directory is what `opa check --schema` and editors want.
func TestForOPA(t *testing.T) {
	schemas, err := loader.Schemas(filepath.Join(published, "input"))
	if err != nil {
		t.Fatal(err)
	}
	check := func(field string) ast.Errors {
		module, err := ast.ParseModuleWithOpts("x.rego", "# METADATA\n# scope: package\n# schemas:\n#   - input: schema.module\npackage x\n\ny if "+field, ast.ParserOptions{ProcessAnnotation: true})
		if err != nil {
			t.Fatal(err)
		}
		compiler := ast.NewCompiler().WithSchemas(schemas).WithUseTypeCheckAnnotations(true)
		compiler.Compile(map[string]*ast.Module{"x.rego": module})
		return compiler.Errors
	}
	if errs := check("input.resources[_].at.line == 1"); errs != nil {
		t.Errorf("a field that is there: %v", errs)
	}
	if errs := check("input.resources[_].at.lin == 1"); errs == nil {
		t.Error("a misspelt field, behind a reference, is not seen")
	}
}
