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

// check compiles the author's files, and what they import, strictly.
func (s *Set) check(added []source) error {
	modules, err := s.modules(added)
	if err != nil {
		return err
	}
	compiler := ast.NewCompiler().WithUnsafeBuiltins(forbidden).WithStrict(true)
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
	modules, err := s.modules(roots)
	if err != nil {
		return nil, err
	}
	compiler := ast.NewCompiler().WithUnsafeBuiltins(forbidden)
	if compiler.Compile(modules); compiler.Failed() {
		return nil, &LoadError{Err: fmt.Errorf("compile rules: %w", compiler.Errors)}
	}
	return compiler, nil
}

// modules parses sources and, transitively, the packages they import.
func (s *Set) modules(roots []source) (map[string]*ast.Module, error) {
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
		module, err := ast.ParseModule(src.Path, text)
		if err != nil {
			return nil, &LoadError{Err: err}
		}
		modules[src.Path] = module
		for _, imported := range src.Imports {
			// An import names a package or a rule inside one.
			parent := imported[:max(strings.LastIndexByte(imported, '.'), 0)]
			queue = append(append(queue, s.sources[imported]...), s.sources[parent]...)
		}
	}
	return modules, nil
}
