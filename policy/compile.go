package policy

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/open-policy-agent/opa/v1/ast"
)

var capabilities = sync.OnceValue(func() *ast.Capabilities {
	c := ast.CapabilitiesForThisVersion()
	c.AllowNet = []string{}
	return c
})

// newCompiler makes a compiler for rules that cannot reach the network, also not
// through a reference in a JSON Schema, unless that is allowed.
func (s *Set) newCompiler() *ast.Compiler {
	compiler := ast.NewCompiler()
	if !s.network() {
		compiler = compiler.WithCapabilities(capabilities())
	}
	//nolint:staticcheck // the way instead, capabilities without them, would tell authors that http.send is undefined, not that it is refused
	return compiler.WithUnsafeBuiltins(s.unsafe())
}

// check compiles the author's files, and what they import, strictly.
func (s *Set) check(added []source) error {
	modules, err := s.modules(added, true)
	if err != nil {
		return err
	}
	known, err := schemas()
	if err != nil {
		return err
	}
	compiler := s.newCompiler().WithStrict(true).WithSchemas(known).WithUseTypeCheckAnnotations(true)
	if compiler.Compile(modules); compiler.Failed() {
		return &LoadError{Err: fmt.Errorf("policies do not compile: %w", compiler.Errors)}
	}
	return nil
}

// mistakes are the stages that change nothing and only report mistakes. Shipped
// rules pass them in their tests, an author's rules in check, so that a process
// need not pay for them before its first verdict. Only what an index stands for is
// not checked before it is compiled.
var mistakes = []ast.StageID{
	ast.StageCheckUnusedImports, ast.StageCheckKeywordOverrides, ast.StageCheckDuplicateImports, ast.StageCheckVoidCalls,
	ast.StageCheckRuleConflicts,
	ast.StageCheckUndefinedFuncs, ast.StageCheckSafetyRuleHeads, ast.StageCheckRecursion, ast.StageCheckTypes,
	ast.StageCheckUnsafeBuiltins, ast.StageCheckDeprecatedBuiltins, ast.StageBuildRequiredCapabilities,
}

// compile compiles some rules with what they import.
func (s *Set) compile(rules []Rule) (*ast.Compiler, error) {
	var roots []source
	for _, rule := range rules {
		roots = append(roots, s.sources[strings.ReplaceAll(rule.ID, "/", ".")]...)
	}
	// A helper of theirs that another author imports was checked with that author's rules.
	unchecked := slices.ContainsFunc(roots, func(s source) bool { return s.unchecked })
	modules, err := s.modules(roots, false)
	if err != nil {
		return nil, err
	}
	compiler := s.newCompiler()
	if !unchecked {
		compiler = compiler.WithSkipStages(mistakes...)
	}
	if compiler.Compile(modules); compiler.Failed() {
		return nil, &LoadError{Err: fmt.Errorf("compile rules: %w", compiler.Errors)}
	}
	return compiler, nil
}

// modules parses sources and, transitively, the packages they import, with or
// without the annotations that bind schemas to rules.
func (s *Set) modules(roots []source, annotations bool) (map[string]*ast.Module, error) {
	modules := map[string]*ast.Module{}
	for queue := slices.Clone(roots); len(queue) > 0; {
		src := queue[0]
		queue = queue[1:]
		if modules[src.Path] != nil {
			continue
		}
		text, err := s.text(src)
		if err != nil {
			return nil, err
		}
		module, err := ast.ParseModuleWithOpts(src.Path, text, ast.ParserOptions{ProcessAnnotation: annotations})
		if err != nil {
			return nil, &LoadError{Err: err}
		}
		if src.unchecked && (module == nil || dotted(module.Package.Path) != src.Package) {
			return nil, &LoadError{Err: fmt.Errorf("%s: not package %s, as the index says: build the bundle again", src.Path, src.Package)}
		}
		modules[src.Path] = module
		for _, imported := range src.Imports {
			// An import names a package or a rule inside one.
			parent := imported[:max(strings.LastIndexByte(imported, '.'), 0)]
			found := append(slices.Clone(s.sources[imported]), s.sources[parent]...)
			if len(found) == 0 && strings.HasPrefix(imported, "lib.") {
				return nil, &LoadError{Err: &PlaceError{src.Path, importLine(module, imported), fmt.Errorf("imports data.%s, which does not exist", imported)}}
			}
			queue = append(queue, found...)
		}
	}
	return modules, nil
}

// importLine is where a module imports a package.
func importLine(module *ast.Module, imported string) int {
	for _, imp := range module.Imports {
		if ref, ok := imp.Path.Value.(ast.Ref); ok && ref.HasPrefix(ast.DefaultRootRef) && dotted(ref) == imported {
			return imp.Location.Row
		}
	}
	return module.Package.Location.Row
}
