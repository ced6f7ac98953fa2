// Package hcl reads Terraform files: blocks, attributes and references, with their places and without evaluation.
package hcl

import (
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/lotus-lake/lotus-gate/validate/parse"
)

// File is what one Terraform file says, without evaluating anything. Blocks holds what could be read even when
// Problems says that the file is broken.
type File struct {
	Path     string
	Blocks   []Block
	Problems []Problem
}

// Problem is a syntax error, as one line of text.
type Problem struct {
	Message string
	At      parse.Position
}

// Block is a block such as `resource "airbyte_source" "shopify" { … }`; attributes and blocks are in file order.
type Block struct {
	Type       string
	Labels     []string
	At         parse.Position
	Attributes []Attribute
	Blocks     []Block
}

// Attribute returns the attribute of that name, or nil.
func (b *Block) Attribute(name string) *Attribute {
	for i := range b.Attributes {
		if b.Attributes[i].Name == name {
			return &b.Attributes[i]
		}
	}
	return nil
}

// Attribute is `name = expression`. Leaves are the ends of the object constructors inside it; an attribute that is
// no object has one leaf with an empty path and the attribute's own expression.
type Attribute struct {
	Name string
	At   parse.Position
	*Expression
	Leaves []Leaf
}

// Leaf is one value inside an attribute: Path joins object keys, list indexes and, for what a `for` makes, `*` with
// dots ("credentials.api_password"). jsonencode, merge, conditionals and their like are looked through.
type Leaf struct {
	Path string
	At   parse.Position
	*Expression
}

// Parse reads a .tf or, told by its name, a .tf.json file. It never fails: what is wrong with the bytes is in Problems.
func Parse(path string, data []byte) *File {
	file := &File{Path: path}
	if strings.HasSuffix(path, ".json") {
		file.readJSON(data)
		return file
	}
	if problem := bound(data); problem != nil {
		file.Problems = append(file.Problems, *problem)
		return file
	}
	parsed, diags := hclsyntax.ParseConfig(data, path, hcl.InitialPos)
	lines := parse.LinesOf(data)
	for _, d := range diags {
		if d.Severity == hcl.DiagError {
			file.Problems = append(file.Problems, Problem{Message: diagnosticText(d), At: diagnosticPlace(lines, d)})
		}
	}
	if parsed == nil {
		return file
	}
	if body, ok := parsed.Body.(*hclsyntax.Body); ok {
		read := reader{lines: lines}
		_, file.Blocks = read.body(body)
	}
	return file
}

// place turns HCL's position into ours: HCL counts columns in characters.
func place(l parse.Lines, pos hcl.Pos) parse.Position {
	if pos.Line < 1 || pos.Line > len(l) {
		return parse.Position{Line: min(max(pos.Line, 1), len(l)), Column: 1}
	}
	return parse.Position{Line: pos.Line, Column: max(pos.Byte-l[pos.Line-1], 0) + 1}
}

func diagnosticPlace(lines parse.Lines, d *hcl.Diagnostic) parse.Position {
	if d.Subject == nil {
		return parse.Position{Line: 1, Column: 1}
	}
	return place(lines, d.Subject.Start)
}

func diagnosticText(d *hcl.Diagnostic) string {
	text := strings.TrimSuffix(d.Summary, ".")
	if d.Detail != "" {
		text = fmt.Sprintf("%s: %s", text, d.Detail)
	}
	return strings.Join(strings.Fields(text), " ")
}
