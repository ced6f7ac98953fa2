package hcl

import (
	"encoding/json"
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// literal returns the value of an expression that is written out, and whether it is.
func literal(e hclsyntax.Expression) (any, bool) {
	switch e := e.(type) {
	case *hclsyntax.ParenthesesExpr:
		return literal(e.Expression)
	case *hclsyntax.LiteralValueExpr:
		return plain(e.Val)
	case *hclsyntax.TemplateExpr:
		var text strings.Builder
		for _, part := range e.Parts {
			lit, ok := part.(*hclsyntax.LiteralValueExpr)
			if !ok || lit.Val.IsNull() || lit.Val.Type() != cty.String {
				return nil, false
			}
			text.WriteString(lit.Val.AsString())
		}
		return text.String(), true
	case *hclsyntax.UnaryOpExpr:
		if e.Op == hclsyntax.OpNegate {
			if n, ok := literal(e.Val); ok {
				if number, ok := n.(json.Number); ok {
					return json.Number("-" + string(number)), true
				}
			}
		}
	}
	return nil, false
}

// maxExponent bounds, in bits, the numbers that are given as values.
const maxExponent = 1024

// plain turns a literal cty value into a Go value of JSON.
func plain(v cty.Value) (any, bool) {
	switch {
	case v.IsNull():
		return nil, true
	case !v.IsKnown():
		return nil, false
	case v.Type() == cty.String:
		return v.AsString(), true
	case v.Type() == cty.Bool:
		return v.True(), true
	case v.Type() == cty.Number:
		f := v.AsBigFloat()
		if exp := f.MantExp(nil); exp > maxExponent || exp < -maxExponent {
			return nil, false // 1e99999999 takes minutes and gigabytes to write in decimal
		}
		if f.IsInt() {
			return json.Number(f.Text('f', 0)), true
		}
		return json.Number(f.Text('g', -1)), true
	}
	return nil, false
}

// objectKey returns the key of an object constructor's item, or "" when it is computed.
func objectKey(e hclsyntax.Expression) string {
	key, ok := e.(*hclsyntax.ObjectConsKeyExpr)
	if !ok {
		return ""
	}
	if !key.ForceNonLiteral {
		if word := hcl.ExprAsKeyword(key.Wrapped); word != "" {
			return word
		}
	}
	if v, ok := literal(key.Wrapped); ok {
		switch v := v.(type) {
		case string:
			return v
		case json.Number:
			return string(v)
		case bool:
			return strconv.FormatBool(v)
		}
	}
	return ""
}

// traversalText writes a traversal as it stands in a file.
func traversalText(t hcl.Traversal) string {
	var b strings.Builder
	for _, step := range t {
		switch step := step.(type) {
		case hcl.TraverseRoot:
			b.WriteString(step.Name)
		case hcl.TraverseAttr:
			b.WriteByte('.')
			b.WriteString(step.Name)
		case hcl.TraverseIndex:
			b.WriteByte('[')
			writePlain(&b, step.Key)
			b.WriteByte(']')
		case hcl.TraverseSplat:
			b.WriteString("[*]")
		}
	}
	return b.String()
}

// writePlain writes a literal so that different values give different texts.
func writePlain(b *strings.Builder, v cty.Value) {
	value, ok := plain(v)
	if !ok && v.IsKnown() && v.Type() == cty.Number {
		b.WriteString(v.AsBigFloat().Text('p', 0))
		return
	}
	switch value := value.(type) {
	case string:
		b.WriteString(strconv.Quote(value))
	case json.Number:
		b.WriteString(string(value))
	case bool:
		b.WriteString(strconv.FormatBool(value))
	default:
		b.WriteString("null")
	}
}
