package policy

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
)

// Kinds lists the kinds of documents, sorted.
func Kinds() []string { return slices.Clone(kinds()) }

// Reserved names the roots of data that the gate fills.
func Reserved() []string { return slices.Clone(reserved) }

// Authored is a Rego file of an author, parsed with its annotations.
type Authored struct {
	Path   string
	Test   bool
	Module *ast.Module
}

// Package of the file, dotted and without "data.".
func (a Authored) Package() string { return dotted(a.Module.Package.Path) }

// Library reports whether the file holds helpers, and no rule and no test.
func (a Authored) Library() bool { return !a.Test && source{Package: a.Package()}.isLibrary() }

// Authored lists the author's files, tests too, in the order of their paths.
func (s *Set) Authored() ([]Authored, error) {
	var all []Authored
	var wrong []error
	for _, files := range s.authors {
		_, rules, err := files.read()
		_, tests, testErr := files.readTests()
		wrong = append(wrong, err, testErr)
		for i, module := range slices.Concat(rules, tests) {
			all = append(all, Authored{module.Package.Location.File, i >= len(rules), module})
		}
	}
	slices.SortFunc(all, func(a, b Authored) int { return strings.Compare(a.Path, b.Path) })
	return all, join(wrong)
}

// AuthoredRules lists the author's rules in the order of their ids.
func (s *Set) AuthoredRules() []Rule {
	return slices.DeleteFunc(slices.Clone(s.rules), func(r Rule) bool { return r.Shipped })
}

// Packages lists the packages of all files that are not tests, dotted, sorted.
func (s *Set) Packages() []string { return slices.Sorted(maps.Keys(s.sources)) }

// Place is the file of a rule, "" when there is none.
func (s *Set) Place(id string) string {
	if files := s.sources[strings.ReplaceAll(id, "/", ".")]; len(files) > 0 {
		return files[0].Path
	}
	return ""
}

// Parse parses a rule and what it imports, as they are when they are compiled.
func (s *Set) Parse(rule Rule) (map[string]*ast.Module, error) {
	return s.modules(s.sources[strings.ReplaceAll(rule.ID, "/", ".")], false)
}

// NewCompiler makes the compiler that rules are compiled with.
func NewCompiler() *ast.Compiler { return (&Set{}).newCompiler() }

// CheckTests compiles the author's tests as strictly as the rules, which LoadFiles
// has compiled.
func (s *Set) CheckTests() error {
	roots := slices.Clone(s.added)
	for _, files := range s.authors {
		tests, _, err := files.readTests()
		if err != nil {
			return err
		}
		roots = append(roots, tests...)
	}
	if err := s.check(roots); err != nil {
		return fmt.Errorf("tests: %w", err)
	}
	return nil
}

// Fields lists what a document of a kind has at its top, sorted, as its schema says.
func Fields(kind string) ([]string, error) {
	schema, err := readSchema(kind)
	if err != nil {
		return nil, err
	}
	properties, _ := schema["properties"].(map[string]any)
	return slices.Sorted(maps.Keys(properties)), nil
}
