package hcl

import (
	"strings"

	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/lotus-lake/lotus-gate/validate/parse"
)

// PartKind says what a part of a built string is.
type PartKind string

// The kinds of Part.
const (
	PartLiteral PartKind = "literal" // Text
	PartModule  PartKind = "module"  // path.module
	PartRoot    PartKind = "root"    // path.root or path.cwd
	PartRef     PartKind = "ref"     // Text is a reference: local.streams, var.name
	PartEach    PartKind = "each"    // Text is each.key or each.value
	PartElement PartKind = "element" // a variable of `for`; Of is what it ranges over, nil when unknown
	PartUnknown PartKind = "unknown"
)

// Part is one part of a string that an expression builds.
type Part struct {
	Kind  PartKind
	Text  string
	Of    *Collection
	IsKey bool // for PartElement: the key variable
}

// Collection is what can be told of the elements of an expression: written out, the result of a fileset, or
// another reference's elements.
type Collection struct {
	Keys    []string // of an object
	Values  []string // of a tuple or set of literal strings
	Fileset *Read
	Ref     string // local.files
}

// Read is the call of a function that reads files.
type Read struct {
	Call     string
	Path     []Part // the file, or the directory of a fileset
	Pattern  []Part // of a fileset
	At       parse.Position
	Optional bool // inside try() or can(), or guarded by fileexists()
}

// fileFunctions are the functions of Terraform 1.14 and OpenTofu 1.10 whose first argument names a file.
var fileFunctions = map[string]bool{
	"file": true, "filebase64": true, "filebase64sha256": true, "filebase64sha512": true, "filemd5": true, "filesha1": true,
	"filesha256": true, "filesha512": true, "fileexists": true, "fileset": true, "templatefile": true, "filebase64gzip": true,
}

func (r reader) read(e *hclsyntax.FunctionCallExpr, in *scope) (Read, bool) {
	name := strings.TrimPrefix(e.Name, "core::")
	if !fileFunctions[name] || len(e.Args) == 0 {
		return Read{}, false
	}
	read := Read{Call: name, Path: r.template(e.Args[0], in), At: r.at(e.NameRange.Start)}
	if name == "fileset" && len(e.Args) > 1 {
		read.Pattern = r.template(e.Args[1], in)
	}
	read.Optional = name == "fileexists"
	return read, true
}

// template splits a string expression into its parts; what it cannot follow is one PartUnknown.
func (r reader) template(e hclsyntax.Expression, in *scope) []Part {
	switch e := e.(type) {
	case *hclsyntax.ParenthesesExpr:
		return r.template(e.Expression, in)
	case *hclsyntax.TemplateWrapExpr:
		return r.template(e.Wrapped, in)
	case *hclsyntax.ScopeTraversalExpr:
		return []Part{traversalPart(e, in)}
	case *hclsyntax.TemplateExpr:
		var parts []Part
		for _, part := range e.Parts {
			parts = append(parts, r.template(part, in)...)
		}
		return parts
	case *hclsyntax.FunctionCallExpr:
		if e.Name == "abspath" && len(e.Args) == 1 {
			return r.template(e.Args[0], in)
		}
		if e.Name == "join" && len(e.Args) == 2 {
			return r.joined(e, in)
		}
	}
	if v, ok := literal(e); ok {
		if s, isString := v.(string); isString {
			return []Part{{Kind: PartLiteral, Text: s}}
		}
	}
	return []Part{{Kind: PartUnknown}}
}

// joined follows join("/", [path.module, "streams"]).
func (r reader) joined(e *hclsyntax.FunctionCallExpr, in *scope) []Part {
	separator, ok := literal(e.Args[0])
	list, isTuple := e.Args[1].(*hclsyntax.TupleConsExpr)
	text, isString := separator.(string)
	if !ok || !isString || !isTuple {
		return []Part{{Kind: PartUnknown}}
	}
	var parts []Part
	for i, item := range list.Exprs {
		if i > 0 {
			parts = append(parts, Part{Kind: PartLiteral, Text: text})
		}
		parts = append(parts, r.template(item, in)...)
	}
	return parts
}

func traversalPart(e *hclsyntax.ScopeTraversalExpr, in *scope) Part {
	root := e.Traversal.RootName()
	if of, ok := in.find(root); ok {
		if len(e.Traversal) > 1 {
			return Part{Kind: PartUnknown}
		}
		return Part{Kind: PartElement, Text: root, Of: of, IsKey: in.isKey(root)}
	}
	switch text := traversalText(e.Traversal); {
	case text == "path.module":
		return Part{Kind: PartModule}
	case text == "path.root" || text == "path.cwd":
		return Part{Kind: PartRoot}
	case text == "each.key" || text == "each.value":
		return Part{Kind: PartEach, Text: text}
	case len(e.Traversal) == 2 && (root == "local" || root == "var"):
		return Part{Kind: PartRef, Text: text}
	}
	return Part{Kind: PartUnknown}
}
