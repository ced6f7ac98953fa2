package policy

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
)

// source is one Rego file of a set: what it holds and which of our packages it
// imports, so that only what a document needs is ever parsed and compiled.
type source struct {
	Path    string   `json:"path"`
	Package string   `json:"package"` // dotted, without "data."
	Imports []string `json:"imports,omitempty"`
	Needs   [][]need `json:"needs,omitempty"` // of a rule, see needsOf

	text      string                            // "" until read from the embedded file system
	beside    func(name string) ([]byte, error) // reads another file of an author's folder; nil for shipped rules
	unchecked bool                              // an author's, and nobody here has parsed or checked it yet
}

// isLibrary reports whether the file holds helpers and no rule.
func (s source) isLibrary() bool { return strings.HasPrefix(s.Package+".", "lib.") }

// ruleID is the rule that the file's package is named for.
func (s source) ruleID() string { return strings.ReplaceAll(s.Package, ".", "/") }

// parseSource parses one file with its annotations.
func parseSource(path, text string) (source, *ast.Module, error) {
	module, err := ast.ParseModuleWithOpts(path, text, ast.ParserOptions{ProcessAnnotation: true})
	if err != nil {
		return source{}, nil, &LoadError{Err: err}
	}
	if module == nil {
		return source{}, nil, &LoadError{Err: fmt.Errorf("%s: no package declaration", path)}
	}
	src := source{Path: path, Package: dotted(module.Package.Path), text: text}
	for _, imp := range module.Imports {
		if ref, ok := imp.Path.Value.(ast.Ref); ok && ref.HasPrefix(ast.DefaultRootRef) {
			src.Imports = append(src.Imports, dotted(ref))
		}
	}
	slices.Sort(src.Imports)
	if !src.isLibrary() {
		src.Needs = needsOf(module)
	}
	return src, module, nil
}

func dotted(ref ast.Ref) string {
	var parts []string
	for _, term := range ref[1:] {
		if s, ok := term.Value.(ast.String); ok {
			parts = append(parts, string(s))
		}
	}
	return strings.Join(parts, ".")
}

// describe makes a Rule of a parsed rule file.
func describe(src source, module *ast.Module) (Rule, error) {
	at := func(line int, err error) (Rule, error) {
		return Rule{}, &LoadError{Err: &PlaceError{src.Path, line, err}}
	}
	top := module.Package.Location.Row
	if strings.Count(src.Package, ".") != 1 {
		return at(top, fmt.Errorf("package %s: a rule's package is <domain>.<rule>; helpers live under lib", src.Package))
	}
	if !slices.ContainsFunc(module.Rules, func(r *ast.Rule) bool {
		return r.Head.Name == "deny" && r.Head.RuleKind() == ast.MultiValue
	}) {
		return at(top, fmt.Errorf("package %s defines no `deny contains …`: nothing would ever be reported", src.Package))
	}
	for _, a := range module.Annotations {
		if a.Scope != "package" {
			continue
		}
		var related []Related
		for _, r := range a.RelatedResources {
			related = append(related, Related{Ref: r.Ref.String(), Description: r.Description})
		}
		rule, err := newRule(src.ruleID(), a.Title, a.Description, related, a.Custom)
		var wrong *admissionError
		var missing *metadataError
		switch {
		case errors.As(err, &wrong):
			return at(admissionLine(src.text, a.Location.Row, wrong.key), err)
		case errors.As(err, &missing):
			return at(metadataLine(src.text, a.Location.Row, missing.key), err)
		case err != nil:
			return at(a.Location.Row, err)
		}
		return rule, nil
	}
	return at(top, fmt.Errorf("package %s has no METADATA (a comment block above `package`)", src.Package))
}

// LoadError says that a policy set cannot be used: wrong configuration, not a
// verdict and not an undecided document.
type LoadError struct{ Err error }

func (e *LoadError) Error() string { return e.Err.Error() }
func (e *LoadError) Unwrap() error { return e.Err }

// PlaceError is a mistake at a line of a file.
type PlaceError struct {
	Path string
	Line int
	Err  error
}

func (e *PlaceError) Error() string { return fmt.Sprintf("%s:%d: %v", e.Path, e.Line, e.Err) }
func (e *PlaceError) Unwrap() error { return e.Err }

// join makes one *LoadError of those that are not nil, one a line, so that an author
// mends them in one go; nil of none.
func join(wrong []error) error {
	wrong = slices.DeleteFunc(wrong, func(err error) bool { return err == nil })
	switch len(wrong) {
	case 0:
		return nil
	case 1:
		return wrong[0]
	}
	return &LoadError{Err: errors.Join(wrong...)}
}
