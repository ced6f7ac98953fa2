package parse

import (
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// HCLPosition is a place in one file: the line from 1, the column from 1 in bytes (not in characters, as HCL counts).
type HCLPosition struct {
	Line, Column int
}

// HCLFile is what one Terraform file says, without evaluating anything. Blocks holds what could be read even when
// Problems says that the file is broken.
type HCLFile struct {
	Path     string
	Blocks   []HCLBlock
	Problems []HCLProblem
}

// HCLProblem is a syntax error, as one line of text.
type HCLProblem struct {
	Message string
	At      HCLPosition
}

// HCLBlock is a block such as `resource "airbyte_source" "shopify" { … }`; attributes and blocks are in file order.
type HCLBlock struct {
	Type       string
	Labels     []string
	At         HCLPosition
	Attributes []HCLAttribute
	Blocks     []HCLBlock
}

// Attribute returns the attribute of that name, or nil.
func (b *HCLBlock) Attribute(name string) *HCLAttribute {
	for i := range b.Attributes {
		if b.Attributes[i].Name == name {
			return &b.Attributes[i]
		}
	}
	return nil
}

// HCLAttribute is `name = expression`. Leaves are the ends of the object constructors inside it; an attribute that is
// no object has one leaf with an empty path and the attribute's own expression.
type HCLAttribute struct {
	Name string
	At   HCLPosition
	*HCLExpression
	Leaves []HCLLeaf
}

// HCLLeaf is one value inside an attribute: Path joins object keys, list indexes and, for what a `for` makes, `*` with
// dots ("credentials.api_password"). jsonencode, merge, conditionals and their like are looked through.
type HCLLeaf struct {
	Path string
	At   HCLPosition
	*HCLExpression
}

// ParseHCL reads a .tf or, told by its name, a .tf.json file. It never fails: what is wrong with the bytes is in Problems.
func ParseHCL(path string, data []byte) *HCLFile {
	file := &HCLFile{Path: path}
	if strings.HasSuffix(path, ".json") {
		file.readJSON(data)
		return file
	}
	if problem := boundHCL(data); problem != nil {
		file.Problems = append(file.Problems, *problem)
		return file
	}
	parsed, diags := hclsyntax.ParseConfig(data, path, hcl.InitialPos)
	lines := lineStarts(data)
	for _, d := range diags {
		if d.Severity == hcl.DiagError {
			file.Problems = append(file.Problems, HCLProblem{Message: diagnosticText(d), At: diagnosticPlace(lines, d)})
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

// lineIndex holds the offset at which each line begins.
type lineIndex []int

func lineStarts(data []byte) lineIndex {
	starts := lineIndex{0}
	for i, c := range data {
		if c == '\n' {
			starts = append(starts, i+1)
		}
	}
	return starts
}

// at turns HCL's position into ours: HCL counts columns in characters.
func (l lineIndex) at(pos hcl.Pos) HCLPosition {
	if pos.Line < 1 || pos.Line > len(l) {
		return HCLPosition{Line: min(max(pos.Line, 1), len(l)), Column: 1}
	}
	return HCLPosition{Line: pos.Line, Column: max(pos.Byte-l[pos.Line-1], 0) + 1}
}

func diagnosticPlace(lines lineIndex, d *hcl.Diagnostic) HCLPosition {
	if d.Subject == nil {
		return HCLPosition{Line: 1, Column: 1}
	}
	return lines.at(d.Subject.Start)
}

func diagnosticText(d *hcl.Diagnostic) string {
	text := strings.TrimSuffix(d.Summary, ".")
	if d.Detail != "" {
		text = fmt.Sprintf("%s: %s", text, d.Detail)
	}
	return strings.Join(strings.Fields(text), " ")
}
