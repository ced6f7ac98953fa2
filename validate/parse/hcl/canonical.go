package hcl

import (
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// canonical writes an expression without layout, comments and superfluous parentheses, so that two versions of a
// file can be compared by meaning. It is not valid HCL: every operation is in parentheses.
func canonical(e hclsyntax.Expression) string {
	var b strings.Builder
	writeCanonical(&b, e)
	return b.String()
}

func writeCanonical(b *strings.Builder, e hclsyntax.Expression) {
	if v, ok := literal(e); ok {
		if s, isString := v.(string); isString {
			b.WriteString(strconv.Quote(s))
			return
		}
	}
	switch e := e.(type) {
	case *hclsyntax.LiteralValueExpr:
		writePlain(b, e.Val)
	case *hclsyntax.ParenthesesExpr:
		writeCanonical(b, e.Expression)
	case *hclsyntax.TemplateWrapExpr:
		writeCanonical(b, e.Wrapped)
	case *hclsyntax.ScopeTraversalExpr:
		b.WriteString(traversalText(e.Traversal))
	case *hclsyntax.RelativeTraversalExpr:
		writeCanonical(b, e.Source)
		b.WriteString(traversalText(e.Traversal))
	case *hclsyntax.FunctionCallExpr:
		b.WriteString(e.Name)
		writeList(b, "(", e.Args, ")")
		if e.ExpandFinal {
			b.WriteString("...")
		}
	case *hclsyntax.TemplateExpr:
		writeTemplate(b, e)
	case *hclsyntax.ObjectConsExpr:
		writeObject(b, e)
	case *hclsyntax.ObjectConsKeyExpr:
		if key := objectKey(e); key != "" {
			b.WriteString(strconv.Quote(key))
			return
		}
		writeCanonical(b, e.Wrapped)
	case *hclsyntax.TupleConsExpr:
		writeList(b, "[", e.Exprs, "]")
	case *hclsyntax.ForExpr:
		writeFor(b, e)
	case *hclsyntax.ConditionalExpr:
		writeList(b, "if(", []hclsyntax.Expression{e.Condition, e.TrueResult, e.FalseResult}, ")")
	case *hclsyntax.BinaryOpExpr:
		writeList(b, operatorName(e.Op)+"(", []hclsyntax.Expression{e.LHS, e.RHS}, ")")
	case *hclsyntax.UnaryOpExpr:
		writeList(b, operatorName(e.Op)+"(", []hclsyntax.Expression{e.Val}, ")")
	case *hclsyntax.AnonSymbolExpr:
		b.WriteByte('*')
	default:
		writeList(b, "(", children(e), ")")
	}
}

// writeTemplate joins neighbouring literals: a heredoc has one for each line, a string only one.
func writeTemplate(b *strings.Builder, e *hclsyntax.TemplateExpr) {
	b.WriteByte('"')
	for _, part := range e.Parts {
		if lit, ok := part.(*hclsyntax.LiteralValueExpr); ok && lit.Val.Type() == cty.String && !lit.Val.IsNull() {
			quoted := strconv.Quote(strings.ReplaceAll(lit.Val.AsString(), "${", "$${"))
			b.WriteString(quoted[1 : len(quoted)-1])
			continue
		}
		b.WriteString("${")
		writeCanonical(b, part)
		b.WriteByte('}')
	}
	b.WriteByte('"')
}

func writeObject(b *strings.Builder, e *hclsyntax.ObjectConsExpr) {
	b.WriteByte('{')
	for i, item := range e.Items {
		if i > 0 {
			b.WriteByte(',')
		}
		writeCanonical(b, item.KeyExpr)
		b.WriteByte(':')
		writeCanonical(b, item.ValueExpr)
	}
	b.WriteByte('}')
}

func writeFor(b *strings.Builder, e *hclsyntax.ForExpr) {
	b.WriteString("for(" + e.KeyVar + "," + e.ValVar + " in ")
	parts := []hclsyntax.Expression{e.CollExpr}
	if e.KeyExpr != nil {
		parts = append(parts, e.KeyExpr)
	}
	parts = append(parts, e.ValExpr)
	if e.CondExpr != nil {
		b.WriteString("if ")
		parts = append(parts, e.CondExpr)
	}
	writeList(b, "", parts, ")")
	if e.Group {
		b.WriteString("...")
	}
}

func writeList(b *strings.Builder, open string, all []hclsyntax.Expression, end string) {
	b.WriteString(open)
	for i, e := range all {
		if i > 0 {
			b.WriteByte(',')
		}
		writeCanonical(b, e)
	}
	b.WriteString(end)
}

func operatorName(op *hclsyntax.Operation) string {
	switch op {
	case hclsyntax.OpLogicalOr:
		return "or"
	case hclsyntax.OpLogicalAnd:
		return "and"
	case hclsyntax.OpLogicalNot:
		return "not"
	case hclsyntax.OpEqual:
		return "eq"
	case hclsyntax.OpNotEqual:
		return "ne"
	case hclsyntax.OpGreaterThan:
		return "gt"
	case hclsyntax.OpGreaterThanOrEqual:
		return "ge"
	case hclsyntax.OpLessThan:
		return "lt"
	case hclsyntax.OpLessThanOrEqual:
		return "le"
	case hclsyntax.OpAdd:
		return "add"
	case hclsyntax.OpSubtract:
		return "sub"
	case hclsyntax.OpMultiply:
		return "mul"
	case hclsyntax.OpDivide:
		return "div"
	case hclsyntax.OpModulo:
		return "mod"
	case hclsyntax.OpNegate:
		return "neg"
	}
	return "op"
}
