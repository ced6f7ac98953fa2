// Package inspect lets authors look into rules: what a query gives for documents, on
// which way, in what time, and by hand. It is bound as the gate is: no built-in
// function leads out of the process.
package inspect

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/rego"

	"github.com/lotus-lake/lotus-gate/policy"
)

// Lab is a policy set with the data that its rules see.
type Lab struct {
	set  *policy.Set
	data map[string]any
}

// New checks the configuration against the set. Nothing is compiled yet.
func New(set *policy.Set, config policy.Config) (*Lab, error) {
	data, err := config.Root(set)
	if err != nil {
		return nil, err
	}
	return &Lab{set, data}, nil
}

// Query is what an author asks: a rule by its id, or anything that Rego can answer.
type Query struct {
	Text string
	// Kinds are those of the rule; nil for a query of another sort, which may be asked
	// of every document.
	Kinds []string

	body ast.Body
	refs []string // to data, dotted, without "data."
}

// Query reads what an author wrote.
func (l *Lab) Query(text string) (Query, error) {
	q := Query{Text: text}
	if ruleID.MatchString(text) {
		rule, ok := l.set.Rule(text)
		if !ok {
			return q, &policy.LoadError{Err: l.set.Unknown(text)}
		}
		q.Kinds = rule.Kinds
		q.Text = "data." + strings.ReplaceAll(rule.ID, "/", ".") + ".deny"
	}
	body, err := ast.ParseBody(q.Text)
	if err != nil {
		return q, &policy.LoadError{Err: fmt.Errorf("query %s: %w", text, err)}
	}
	q.body, q.refs = body, references(body)
	return q, nil
}

// ruleID is what the id of a rule looks like. As a query it would divide two variables
// that nothing has set.
var ruleID = regexp.MustCompile(`^[a-zA-Z_]\w*/[a-zA-Z_]\w*$`)

// references lists where in data a query looks; "" is everywhere.
func references(body ast.Body) []string {
	var refs []string
	ast.WalkRefs(body, func(ref ast.Ref) bool {
		if !ref.HasPrefix(ast.DefaultRootRef) {
			return false
		}
		var parts []string
		for _, term := range ref[1:] {
			s, ok := term.Value.(ast.String)
			if !ok {
				break
			}
			parts = append(parts, string(s))
		}
		refs = append(refs, strings.Join(parts, "."))
		return false
	})
	ast.WalkVars(body, func(v ast.Var) bool {
		if v.Equal(ast.DefaultRootDocument.Value) && len(refs) == 0 {
			refs = append(refs, "")
		}
		return false
	})
	slices.Sort(refs)
	return slices.Compact(refs)
}

// options are what evaluates a query as the gate would, with print().
func (l *Lab) options(q Query) ([]func(*rego.Rego), error) {
	modules, err := l.set.Modules(q.refs)
	if err != nil {
		return nil, err
	}
	compiler := l.set.NewCompiler().WithEnablePrintStatements(true)
	if compiler.Compile(modules); compiler.Failed() {
		return nil, &policy.LoadError{Err: fmt.Errorf("compile rules: %w", compiler.Errors)}
	}
	return []func(*rego.Rego){
		rego.Compiler(compiler), rego.ParsedQuery(q.body), rego.StrictBuiltinErrors(true), rego.EnablePrintStatements(true),
	}, nil
}
