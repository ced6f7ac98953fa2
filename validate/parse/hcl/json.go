package hcl

import (
	"errors"
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/lotus-lake/lotus-gate/validate/parse"
)

// readJSON reads Terraform's JSON syntax: every block type is a property, its labels are properties below it, strings
// are templates. The values become the syntax tree that the native syntax gives, and go the same way from there.
func (f *File) readJSON(data []byte) {
	if len(data) > maxBytes {
		f.Problems = append(f.Problems, *bound(data))
		return
	}
	root, err := parse.JSON(data, parse.JSONOptions{})
	if err != nil {
		problem := Problem{Message: err.Error(), At: parse.Position{Line: 1, Column: 1}}
		if syntax := (*parse.SyntaxError)(nil); errors.As(err, &syntax) {
			problem = Problem{Message: syntax.Message, At: parse.Position{Line: syntax.Line, Column: syntax.Column}}
		}
		f.Problems = append(f.Problems, problem)
		return
	}
	j := &jsonBlocks{file: f, read: reader{lines: parse.LinesOf(data)}}
	for _, object := range each(root) {
		for i := range object.Members {
			member := &object.Members[i]
			if member.Key != "//" {
				f.Blocks = append(f.Blocks, j.labelled(member, member.Key, nil, blockLabels[member.Key])...)
			}
		}
	}
}

// blockLabels says how many labels each block of Terraform has; the others have none.
var blockLabels = map[string]int{
	"resource": 2, "data": 2, "ephemeral": 2, "variable": 1, "output": 1, "module": 1, "provider": 1, "check": 1,
	"provisioner": 1, "backend": 1, "dynamic": 1,
}

// nestedBlocks are the properties of a body that are blocks, not attributes, whatever the provider.
var nestedBlocks = map[string]bool{
	"provisioner": true, "connection": true, "lifecycle": true, "dynamic": true, "backend": true, "cloud": true,
	"required_providers": true, "validation": true, "precondition": true, "postcondition": true, "assert": true,
}

type jsonBlocks struct {
	file *File
	read reader
}

// labelled makes the blocks at a property: labels are left to be found below it.
func (j *jsonBlocks) labelled(at *parse.Member, kind string, labels []string, left int) []Block {
	var blocks []Block
	for _, object := range each(&at.Value) {
		if left > 0 {
			for i := range object.Members {
				inner := &object.Members[i]
				if inner.Key == "//" {
					continue
				}
				named := append(append([]string(nil), labels...), inner.Key)
				blocks = append(blocks, j.labelled(inner, kind, named, left-1)...)
			}
			continue
		}
		block := Block{Type: kind, Labels: labels, At: parse.Position{Line: at.Line, Column: at.Column}}
		j.body(object, &block)
		blocks = append(blocks, block)
	}
	return blocks
}

func (j *jsonBlocks) body(object *parse.Node, block *Block) {
	for i := range object.Members {
		member := &object.Members[i]
		switch {
		case member.Key == "//":
		case nestedBlocks[member.Key] && block.Type != "locals" && block.Type != "required_providers":
			block.Blocks = append(block.Blocks, j.labelled(member, member.Key, nil, blockLabels[member.Key])...)
		default:
			start := j.position(member.Line, member.Column)
			expression := j.expression(&member.Value, bareReferences[member.Key] || block.Type == "variable" && member.Key == "type")
			block.Attributes = append(block.Attributes, j.read.attribute(member.Key, start, expression, nil))
		}
	}
}

// bareReferences are the arguments whose strings are references, not templates.
var bareReferences = map[string]bool{
	"depends_on": true, "provider": true, "providers": true, "ignore_changes": true, "replace_triggered_by": true, "from": true, "to": true,
}

// each lists a body, or the bodies of a list of them.
func each(n *parse.Node) []*parse.Node {
	switch n.Kind {
	case parse.Object:
		return []*parse.Node{n}
	case parse.Array:
		all := make([]*parse.Node, 0, len(n.Items))
		for i := range n.Items {
			all = append(all, each(&n.Items[i])...)
		}
		return all
	}
	return nil
}

func (j *jsonBlocks) position(line, column int) hcl.Pos {
	return hcl.Pos{Line: line, Column: column, Byte: j.read.lines[min(line, len(j.read.lines))-1] + column - 1}
}

func (j *jsonBlocks) expression(n *parse.Node, bare bool) hclsyntax.Expression {
	start := j.position(n.Line, n.Column)
	place := hcl.Range{Start: start, End: start}
	switch n.Kind {
	case parse.Object:
		object := &hclsyntax.ObjectConsExpr{SrcRange: place, OpenRange: place}
		for i := range n.Members {
			member := &n.Members[i]
			at := j.position(member.Line, member.Column)
			key := &hclsyntax.ObjectConsKeyExpr{Wrapped: j.text(member.Key, at, false), ForceNonLiteral: true}
			object.Items = append(object.Items, hclsyntax.ObjectConsItem{KeyExpr: key, ValueExpr: j.expression(&member.Value, bare)})
		}
		return object
	case parse.Array:
		tuple := &hclsyntax.TupleConsExpr{SrcRange: place, OpenRange: place}
		for i := range n.Items {
			tuple.Exprs = append(tuple.Exprs, j.expression(&n.Items[i], bare))
		}
		return tuple
	case parse.String:
		return j.text(n.Text, start, bare)
	case parse.Bool:
		return &hclsyntax.LiteralValueExpr{Val: cty.BoolVal(n.Text == "true"), SrcRange: place}
	case parse.Number:
		if v, err := cty.ParseNumberVal(n.Text); err == nil {
			return &hclsyntax.LiteralValueExpr{Val: v, SrcRange: place}
		}
	}
	return &hclsyntax.LiteralValueExpr{Val: cty.NullVal(cty.DynamicPseudoType), SrcRange: place}
}

// text parses a string as a template, or as an expression where Terraform takes a bare reference.
func (j *jsonBlocks) text(text string, at hcl.Pos, bare bool) hclsyntax.Expression {
	inside := hcl.Pos{Line: at.Line, Column: at.Column + 1, Byte: at.Byte + 1}
	place := hcl.Range{Start: at, End: at}
	if !bare && !strings.Contains(text, "${") && !strings.Contains(text, "%{") {
		return &hclsyntax.LiteralValueExpr{Val: cty.StringVal(text), SrcRange: place}
	}
	lex, read := hclsyntax.LexTemplate, hclsyntax.ParseTemplate
	if bare {
		lex, read = hclsyntax.LexExpression, hclsyntax.ParseExpression
	}
	tokens, _ := lex([]byte(text), j.file.Path, inside)
	if _, message := tooDeep(tokens); message != "" {
		j.problem(at, message)
		return &hclsyntax.LiteralValueExpr{Val: cty.StringVal(""), SrcRange: place}
	}
	e, diags := read([]byte(text), j.file.Path, inside)
	for _, d := range diags {
		if d.Severity == hcl.DiagError {
			j.problem(at, fmt.Sprintf("in a string: %s", diagnosticText(d)))
		}
	}
	if e == nil || diags.HasErrors() {
		return &hclsyntax.LiteralValueExpr{Val: cty.StringVal(text), SrcRange: place}
	}
	return e
}

func (j *jsonBlocks) problem(at hcl.Pos, message string) {
	j.file.Problems = append(j.file.Problems, Problem{Message: message, At: j.read.at(at)})
}
