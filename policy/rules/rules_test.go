package rules_test

import (
	"bytes"
	"io/fs"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/cover"
	"github.com/open-policy-agent/opa/v1/format"
	"github.com/open-policy-agent/opa/v1/loader"
	"github.com/open-policy-agent/opa/v1/storage"
	"github.com/open-policy-agent/opa/v1/storage/inmem"
	"github.com/open-policy-agent/opa/v1/tester"

	"github.com/lotus-lake/lotus-gate/policy"
)

// TestRego runs every test_ rule and asks that together they reach every line
// of every rule and library.
func TestRego(t *testing.T) {
	modules := parse(t)
	store, coverage := inmem.New(), cover.New()
	err := storage.Txn(t.Context(), store, storage.TransactionParams{}, func(txn storage.Transaction) error {
		runner := tester.NewRunner().SetStore(store).SetModules(modules).SetCoverageQueryTracer(coverage).
			CapturePrintOutput(true).RaiseBuiltinErrors(true)
		results, err := runner.RunTests(t.Context(), txn)
		if err != nil {
			return err
		}
		count := 0
		for result := range results {
			if count++; !result.Pass() {
				t.Errorf("%s: %s\n%s", result.Location, result, result.Output)
			}
		}
		if count == 0 {
			t.Error("no Rego test ran")
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	report := coverage.Report(modules)
	for path := range modules {
		if strings.HasSuffix(path, "_test.rego") {
			continue
		}
		file := report.Files[path]
		if file == nil {
			t.Errorf("%s: no test reaches it", path)
			continue
		}
		for _, r := range file.NotCovered {
			t.Errorf("%s: no test reaches lines %d to %d", path, r.Start.Row, r.End.Row)
		}
	}
}

// TestCompile checks all files as `opa check --strict --schema schemas` does.
func TestCompile(t *testing.T) {
	schemas, err := loader.Schemas("schemas")
	if err != nil {
		t.Fatal(err)
	}
	compiler := ast.NewCompiler().WithStrict(true).WithSchemas(schemas).WithUseTypeCheckAnnotations(true)
	if compiler.Compile(parse(t)); compiler.Failed() {
		t.Fatal(compiler.Errors)
	}
}

// TestSchemaCatchesMisspeltField proves that the check above has teeth.
func TestSchemaCatchesMisspeltField(t *testing.T) {
	schemas, err := loader.Schemas("schemas")
	if err != nil {
		t.Fatal(err)
	}
	module, err := ast.ParseModuleWithOpts("x.rego", `# METADATA
# schemas:
#   - input: schema.source
package a.b

deny contains flag.age_second if some flag in input.backfill
`, ast.ParserOptions{ProcessAnnotation: true})
	if err != nil {
		t.Fatal(err)
	}
	compiler := ast.NewCompiler().WithSchemas(schemas).WithUseTypeCheckAnnotations(true)
	compiler.Compile(map[string]*ast.Module{"x.rego": module})
	if !strings.Contains(compiler.Errors.Error(), "undefined ref: flag.age_second") {
		t.Fatalf("a misspelt field compiled: %v", compiler.Errors)
	}
}

func TestFormat(t *testing.T) {
	for path, text := range files(t, ".rego") {
		want, err := format.Source(path, text)
		if err != nil {
			t.Errorf("%s: %v", path, err)
		}
		if !bytes.Equal(text, want) {
			t.Errorf("%s is not as `opa fmt` writes it (-want +got):\n%s", path, cmp.Diff(string(want), string(text)))
		}
	}
}

func TestIndexIsFresh(t *testing.T) {
	want, err := policy.Index(os.DirFS("."))
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(policy.IndexFile)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("index.json is stale: run `go generate ./policy/rules` (-want +got):\n%s", diff)
	}
}

// files reads the files of this folder whose names have a suffix.
func files(t *testing.T, suffix string) map[string][]byte {
	t.Helper()
	texts := map[string][]byte{}
	err := fs.WalkDir(os.DirFS("."), ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, suffix) {
			return err
		}
		texts[path], err = os.ReadFile(path)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return texts
}

// parse parses every Rego file of this folder.
func parse(t *testing.T) map[string]*ast.Module {
	t.Helper()
	modules := map[string]*ast.Module{}
	for path, text := range files(t, ".rego") {
		module, err := ast.ParseModuleWithOpts(path, string(text), ast.ParserOptions{ProcessAnnotation: true})
		if err != nil {
			t.Fatal(err)
		}
		modules[path] = module
	}
	return modules
}
