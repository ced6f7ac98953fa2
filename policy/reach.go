package policy

import (
	"fmt"
	"maps"
	"os"
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

// Reaching names the built-in functions that reach out of the process, sorted: none
// may be used unless LoadFiles is told so.
func Reaching() []string { return slices.Sorted(maps.Keys(forbidden)) }

func checkAllowed(names []string) error {
	for _, name := range names {
		if _, ok := forbidden[name]; !ok {
			return &LoadError{Err: fmt.Errorf("%q is no built-in function that needs to be allowed: want one of %s", name, strings.Join(Reaching(), ", "))}
		}
	}
	return nil
}

// unsafe are the built-in functions that the rules of the set may not use.
func (s *Set) unsafe() map[string]struct{} {
	left := maps.Clone(forbidden)
	for _, name := range s.allowed {
		delete(left, name)
	}
	return left
}

// network reports whether rules may open connections.
func (s *Set) network() bool {
	return slices.Contains(s.allowed, ast.HTTPSend.Name) || slices.Contains(s.allowed, ast.NetLookupIPAddr.Name)
}

// environment is what opa.runtime gives, nil when rules may not call it.
func (s *Set) environment() *ast.Term {
	if !slices.Contains(s.allowed, ast.OPARuntime.Name) {
		return nil
	}
	env := ast.NewObject()
	for _, pair := range os.Environ() {
		name, value, _ := strings.Cut(pair, "=")
		env.Insert(ast.StringTerm(name), ast.StringTerm(value))
	}
	return ast.ObjectTerm([2]*ast.Term{ast.StringTerm("env"), ast.NewTerm(env)})
}
