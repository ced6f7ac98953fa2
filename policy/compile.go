package policy

import (
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
)

// forbidden are the built-in functions that reach out of the process: a rule
// is a pure function of its input, here and on a server.
var forbidden = map[string]struct{}{
	ast.HTTPSend.Name: {}, ast.NetLookupIPAddr.Name: {}, ast.OPARuntime.Name: {},
	ast.RandIntn.Name: {}, ast.UUIDRFC4122.Name: {},
}

// newCompiler makes a compiler for rules that cannot reach the network, also not
// through a reference in a JSON Schema.
func newCompiler() *ast.Compiler {
	capabilities := ast.CapabilitiesForThisVersion()
	capabilities.AllowNet = []string{}
	return ast.NewCompiler().WithCapabilities(capabilities).WithUnsafeBuiltins(forbidden)
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
	compiler := newCompiler().WithStrict(true).WithSchemas(known).WithUseTypeCheckAnnotations(true)
	if compiler.Compile(modules); compiler.Failed() {
		return &LoadError{Err: fmt.Errorf("policies do not compile: %w", compiler.Errors)}
	}
	return nil
}

// compile compiles some rules with what they import. The stages that only
// report mistakes are left out: shipped rules pass them in `make lint`, an
// author's rules pass them in check.
func (s *Set) compile(rules []Rule) (*ast.Compiler, error) {
	var roots []source
	for _, rule := range rules {
		roots = append(roots, s.sources[strings.ReplaceAll(rule.ID, "/", ".")]...)
	}
	modules, err := s.modules(roots, false)
	if err != nil {
		return nil, err
	}
	compiler := newCompiler()
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
		text := src.text
		if text == "" {
			raw, err := fs.ReadFile(s.builtin, src.Path)
			if err != nil {
				return nil, fmt.Errorf("read rule: %w", err)
			}
			text = string(raw)
		}
		module, err := ast.ParseModuleWithOpts(src.Path, text, ast.ParserOptions{ProcessAnnotation: annotations})
		if err != nil {
			return nil, &LoadError{Err: err}
		}
		modules[src.Path] = module
		for _, imported := range src.Imports {
			// An import names a package or a rule inside one.
			parent := imported[:max(strings.LastIndexByte(imported, '.'), 0)]
			found := append(slices.Clone(s.sources[imported]), s.sources[parent]...)
			if len(found) == 0 && strings.HasPrefix(imported, "lib.") {
				return nil, &LoadError{Err: fmt.Errorf("%s: imports data.%s, which does not exist", src.Path, imported)}
			}
			queue = append(queue, found...)
		}
	}
	return modules, nil
}
