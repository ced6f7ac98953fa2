package hcl

import (
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/lotus-lake/lotus-gate/validate/parse"
)

// Expression is what can be told of an expression without evaluating it.
type Expression struct {
	Text       string // canonical: equal texts mean the same, whatever the layout
	Literal    bool   // a string, number, bool or null written out
	Value      any    // of a literal: string, json.Number, bool or nil
	References []Reference
	Calls      []Call
	Reads      []Read
	Template   []Part      // when the expression builds a string: its parts
	Collection *Collection // when its elements can be told
}

// Reference is a traversal that leaves the expression: `airbyte_source.shopify.source_id`. Parts has its names
// without indexes. The variables of `for` and `dynamic` are not references.
type Reference struct {
	Text     string
	Parts    []string
	At       parse.Position
	Optional bool // inside try() or can()
}

// Call is the call of a function.
type Call struct {
	Name string
	At   parse.Position
}

// scope maps the variables that `for` and `dynamic` introduce to what they range over (nil when that is unknown).
type scope struct {
	names map[string]*Collection
	key   string // the one of names that is a key variable
	outer *scope
}

func (s *scope) find(name string) (*Collection, bool) {
	for ; s != nil; s = s.outer {
		if c, ok := s.names[name]; ok {
			return c, true
		}
	}
	return nil, false
}

// isKey tells whether the innermost variable of that name is the key variable of its `for`.
func (s *scope) isKey(name string) bool {
	for ; s != nil; s = s.outer {
		if _, ok := s.names[name]; ok {
			return s.key == name
		}
	}
	return false
}

// analysis collects the facts of one expression.
type analysis struct {
	lines    parse.Lines
	out      *Expression
	optional int
}

func (r reader) expression(e hclsyntax.Expression, in *scope) *Expression {
	out := &Expression{Text: canonical(e)}
	out.Value, out.Literal = literal(e)
	a := analysis{lines: r.lines, out: out}
	a.walk(e, in)
	out.Template = r.template(e, in)
	out.Collection = r.collection(e, in)
	return out
}

// operand analyses an expression that decides about a value without being it: a condition, what a `for` ranges over.
func (r reader) operand(e hclsyntax.Expression, in *scope) *Expression {
	out := r.expression(e, in)
	out.Literal, out.Value, out.Template = false, nil, nil
	return out
}

func (a *analysis) walk(e hclsyntax.Expression, in *scope) {
	switch e := e.(type) {
	case nil, *hclsyntax.LiteralValueExpr, *hclsyntax.AnonSymbolExpr, *hclsyntax.ExprSyntaxError:
	case *hclsyntax.ScopeTraversalExpr:
		a.reference(e.Traversal, in)
	case *hclsyntax.RelativeTraversalExpr:
		a.walk(e.Source, in)
	case *hclsyntax.FunctionCallExpr:
		a.call(e, in)
	case *hclsyntax.ConditionalExpr:
		a.walk(e.Condition, in)
		guarded := callsFileExists(e.Condition)
		a.guard(guarded, func() { a.walk(e.TrueResult, in); a.walk(e.FalseResult, in) })
	case *hclsyntax.ForExpr:
		a.walk(e.CollExpr, in)
		inner := forScope(reader{lines: a.lines}, e, in)
		a.walk(e.KeyExpr, inner)
		a.walk(e.ValExpr, inner)
		a.walk(e.CondExpr, inner)
	case *hclsyntax.ObjectConsExpr:
		for _, item := range e.Items {
			a.walk(item.KeyExpr, in)
			a.walk(item.ValueExpr, in)
		}
	case *hclsyntax.ObjectConsKeyExpr:
		if e.ForceNonLiteral || hcl.ExprAsKeyword(e.Wrapped) == "" {
			a.walk(e.Wrapped, in)
		}
	default:
		for _, child := range children(e) {
			a.walk(child, in)
		}
	}
}

// children lists the operands of the expressions that need no care of their own.
func children(e hclsyntax.Expression) []hclsyntax.Expression {
	switch e := e.(type) {
	case *hclsyntax.ParenthesesExpr:
		return []hclsyntax.Expression{e.Expression}
	case *hclsyntax.TemplateExpr:
		return e.Parts
	case *hclsyntax.TemplateWrapExpr:
		return []hclsyntax.Expression{e.Wrapped}
	case *hclsyntax.TemplateJoinExpr:
		return []hclsyntax.Expression{e.Tuple}
	case *hclsyntax.TupleConsExpr:
		return e.Exprs
	case *hclsyntax.IndexExpr:
		return []hclsyntax.Expression{e.Collection, e.Key}
	case *hclsyntax.SplatExpr:
		return []hclsyntax.Expression{e.Source, e.Each}
	case *hclsyntax.BinaryOpExpr:
		return []hclsyntax.Expression{e.LHS, e.RHS}
	case *hclsyntax.UnaryOpExpr:
		return []hclsyntax.Expression{e.Val}
	}
	return nil
}

func (a *analysis) guard(on bool, walk func()) {
	if on {
		a.optional++
		defer func() { a.optional-- }()
	}
	walk()
}

func (a *analysis) call(e *hclsyntax.FunctionCallExpr, in *scope) {
	at := place(a.lines, e.NameRange.Start)
	name := strings.TrimPrefix(e.Name, "core::")
	a.out.Calls = append(a.out.Calls, Call{Name: name, At: at})
	if read, ok := (reader{lines: a.lines}).read(e, in); ok {
		read.Optional = read.Optional || a.optional > 0
		a.out.Reads = append(a.out.Reads, read)
	}
	a.guard(name == "try" || name == "can", func() {
		for _, arg := range e.Args {
			a.walk(arg, in)
		}
	})
}

func (a *analysis) reference(t hcl.Traversal, in *scope) {
	if len(t) == 0 || t.IsRelative() {
		return
	}
	if _, local := in.find(t.RootName()); local {
		return
	}
	ref := Reference{Text: traversalText(t), At: place(a.lines, t.SourceRange().Start), Optional: a.optional > 0}
	for _, step := range t {
		switch step := step.(type) {
		case hcl.TraverseRoot:
			ref.Parts = append(ref.Parts, step.Name)
		case hcl.TraverseAttr:
			ref.Parts = append(ref.Parts, step.Name)
		}
	}
	a.out.References = append(a.out.References, ref)
}

func callsFileExists(e hclsyntax.Expression) bool {
	found := false
	_ = hclsyntax.VisitAll(e, func(n hclsyntax.Node) hcl.Diagnostics {
		if call, ok := n.(*hclsyntax.FunctionCallExpr); ok && call.Name == "fileexists" {
			found = true
		}
		return nil
	})
	return found
}
