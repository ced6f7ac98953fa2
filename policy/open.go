package policy

import (
	"maps"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
)

// Forbidden are the names of the built-in functions that no rule may call.
func Forbidden() []string { return slices.Sorted(maps.Keys(forbidden)) }

// Capabilities are OPA's without what leads out of the process, for editors and for
// compilers that are not made by NewCompiler.
func Capabilities() *ast.Capabilities {
	c := ast.CapabilitiesForThisVersion()
	c.AllowNet = []string{}
	c.Builtins = slices.DeleteFunc(c.Builtins, func(b *ast.Builtin) bool { _, bad := forbidden[b.Name]; return bad })
	return c
}

// NewCompiler makes a compiler like the one that the rules of the set are compiled with.
func (s *Set) NewCompiler() *ast.Compiler { return s.newCompiler() }

// Modules parses the rules and helpers that references such as "stream.missing_key.deny"
// or "stream" lead to, and what they import; "" leads to everything.
func (s *Set) Modules(references []string) (map[string]*ast.Module, error) {
	leads := func(reference, pkg string) bool {
		return reference == "" || strings.HasPrefix(reference+".", pkg+".") || strings.HasPrefix(pkg+".", reference+".")
	}
	var roots []source
	for pkg, files := range s.sources {
		if slices.ContainsFunc(references, func(r string) bool { return leads(r, pkg) }) {
			roots = append(roots, files...)
		}
	}
	return s.modules(roots, false)
}

// Text returns the text of a module by its path.
func (s *Set) Text(path string) (string, bool) {
	for _, files := range s.sources {
		for _, src := range files {
			if src.Path == path {
				text, err := s.text(src)
				return text, err == nil
			}
		}
	}
	return "", false
}
