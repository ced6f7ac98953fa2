package hcl

import (
	"sort"
	"strconv"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/lotus-lake/lotus-gate/validate/parse"
)

// reader turns HCL's syntax tree into facts.
type reader struct {
	lines parse.Lines
}

// at is the place of a position that HCL gives.
func (r reader) at(pos hcl.Pos) parse.Position { return place(r.lines, pos) }

func (r reader) body(body *hclsyntax.Body) ([]Attribute, []Block) {
	return r.bodyIn(body, nil)
}

func (r reader) bodyIn(body *hclsyntax.Body, in *scope) ([]Attribute, []Block) {
	attributes := make([]Attribute, 0, len(body.Attributes))
	for _, a := range body.Attributes {
		attributes = append(attributes, r.attribute(a.Name, a.NameRange.Start, a.Expr, in))
	}
	sort.Slice(attributes, func(i, j int) bool { return attributes[i].At.Before(attributes[j].At) })
	blocks := make([]Block, 0, len(body.Blocks))
	for _, b := range body.Blocks {
		blocks = append(blocks, r.block(b, in))
	}
	return attributes, blocks
}

func (r reader) block(b *hclsyntax.Block, in *scope) Block {
	block := Block{Type: b.Type, Labels: b.Labels, At: r.at(b.TypeRange.Start)}
	inner := in
	if b.Type == "dynamic" && len(b.Labels) == 1 {
		inner = dynamicScope(b, in)
	}
	block.Attributes, block.Blocks = r.bodyIn(b.Body, in)
	if inner != in {
		block.Blocks = block.Blocks[:0]
		for _, nested := range b.Body.Blocks {
			block.Blocks = append(block.Blocks, r.block(nested, inner))
		}
	}
	return block
}

// dynamicScope adds the iterator of a dynamic block: its label, or what `iterator` names.
func dynamicScope(b *hclsyntax.Block, in *scope) *scope {
	name := b.Labels[0]
	if it, ok := b.Body.Attributes["iterator"]; ok {
		if keyword := hcl.ExprAsKeyword(it.Expr); keyword != "" {
			name = keyword
		}
	}
	return &scope{names: map[string]*Collection{name: nil}, outer: in}
}

func (r reader) attribute(name string, at hcl.Pos, e hclsyntax.Expression, in *scope) Attribute {
	a := Attribute{Name: name, At: r.at(at), Expression: r.expression(e, in)}
	if !holdsObject(e) {
		a.Leaves = []Leaf{{At: a.At, Expression: a.Expression}}
		return a
	}
	r.flatten(e, "", a.At, in, &a.Leaves)
	return a
}

// flatten appends the leaves of e, which are at path below the attribute.
func (r reader) flatten(e hclsyntax.Expression, path string, at parse.Position, in *scope, out *[]Leaf) {
	if !holdsObject(e) {
		*out = append(*out, Leaf{Path: path, At: at, Expression: r.expression(e, in)})
		return
	}
	switch e := e.(type) {
	case *hclsyntax.ParenthesesExpr:
		r.flatten(e.Expression, path, at, in, out)
	case *hclsyntax.ObjectConsExpr:
		for _, item := range e.Items {
			key := objectKey(item.KeyExpr)
			if key == "" {
				key = "*"
			}
			r.flatten(item.ValueExpr, dotted(path, key), r.at(item.KeyExpr.Range().Start), in, out)
		}
	case *hclsyntax.TupleConsExpr:
		for i, item := range e.Exprs {
			r.flatten(item, dotted(path, strconv.Itoa(i)), r.at(item.Range().Start), in, out)
		}
	case *hclsyntax.ConditionalExpr:
		r.flatten(e.TrueResult, path, at, in, out)
		r.flatten(e.FalseResult, path, at, in, out)
		*out = append(*out, Leaf{Path: path, At: at, Expression: r.operand(e.Condition, in)})
	case *hclsyntax.FunctionCallExpr:
		for _, arg := range e.Args {
			r.flatten(arg, path, at, in, out)
		}
	case *hclsyntax.ForExpr:
		inner := forScope(r, e, in)
		r.flatten(e.ValExpr, dotted(path, "*"), r.at(e.ValExpr.Range().Start), inner, out)
		*out = append(*out, Leaf{Path: dotted(path, "*"), At: at, Expression: r.operand(e.CollExpr, in)})
	}
}

// transparent are the functions whose result has the shape of their arguments.
var transparent = map[string]bool{
	"jsonencode": true, "merge": true, "try": true, "sensitive": true, "nonsensitive": true, "tomap": true,
	"toset": true, "tolist": true, "coalesce": true, "concat": true, "yamlencode": true,
}

// holdsObject tells whether flatten finds keys in e.
func holdsObject(e hclsyntax.Expression) bool {
	switch e := e.(type) {
	case *hclsyntax.ParenthesesExpr:
		return holdsObject(e.Expression)
	case *hclsyntax.ObjectConsExpr:
		return len(e.Items) > 0
	case *hclsyntax.TupleConsExpr:
		return anyObject(e.Exprs)
	case *hclsyntax.ConditionalExpr:
		return holdsObject(e.TrueResult) || holdsObject(e.FalseResult)
	case *hclsyntax.FunctionCallExpr:
		return transparent[e.Name] && anyObject(e.Args)
	case *hclsyntax.ForExpr:
		return holdsObject(e.ValExpr)
	}
	return false
}

func anyObject(all []hclsyntax.Expression) bool {
	for _, e := range all {
		if holdsObject(e) {
			return true
		}
	}
	return false
}

func dotted(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}
