package terraform

import (
	"path"
	"strconv"
	"strings"

	"github.com/lotus-lake/lotus-gate/validate/parse"
	"github.com/lotus-lake/lotus-gate/validate/parse/hcl"
)

// index is the module's blocks as Terraform merges them, by address.
type index struct {
	in       Input
	blocks   []*block
	declared map[string]Position    // address -> first declaration
	locals   map[string]*attribute  // "local.x"
	defaults map[string]*attribute  // "var.x" -> its default
	steps    int                    // parts followed for the current path
	scanned  int                    // files compared with the patterns of filesets
	found    map[[2]string][]string // directory and pattern -> files
	listed   map[string][]string    // directory -> files
}

// block is a top-level block with its attributes and those of the blocks inside it.
type block struct {
	kind       string
	labels     []string
	address    string // "airbyte_source.shopify", "var.x", "provider.airbyte"; "" for blocks that declare nothing
	file       string
	at         Position
	attributes []*attribute
}

// attribute is one argument; path has the names of the nested blocks that it is in.
type attribute struct {
	file string
	path string
	*hcl.Attribute
}

func (a *attribute) position(at parse.Position) Position {
	return Position{Path: a.file, Line: at.Line, Column: at.Column}
}

// leafPath is the dotted path of a leaf below the block.
func (a *attribute) leafPath(l *hcl.Leaf) string {
	if l.Path == "" {
		return a.path
	}
	return a.path + "." + l.Path
}

// attribute returns the argument at that dotted path, or nil.
func (b *block) attribute(path string) *attribute {
	for _, a := range b.attributes {
		if a.path == path {
			return a
		}
	}
	return nil
}

// leaf returns the value at a dotted path below the block, whether it is written as an object or as nested blocks.
func (b *block) leaf(path string) (*attribute, *hcl.Leaf) {
	for _, a := range b.attributes {
		for i := range a.Leaves {
			if a.leafPath(&a.Leaves[i]) == path {
				return a, &a.Leaves[i]
			}
		}
	}
	return nil, nil
}

// loadedBefore is Terraform's order of files: by name, override files after all others.
func loadedBefore(a, b string) bool {
	if isOverride(a) != isOverride(b) {
		return isOverride(b)
	}
	return a < b
}

func isOverride(file string) bool {
	name := strings.TrimSuffix(strings.TrimSuffix(path.Base(file), ".json"), ".tf")
	return name == "override" || strings.HasSuffix(name, "_override")
}

// addressOf names what a block declares.
func addressOf(kind string, labels []string) string {
	switch {
	case kind == "resource" && len(labels) == 2:
		return labels[0] + "." + labels[1]
	case (kind == "data" || kind == "ephemeral") && len(labels) == 2:
		return kind + "." + labels[0] + "." + labels[1]
	case kind == "variable" && len(labels) == 1:
		return "var." + labels[0]
	case (kind == "output" || kind == "module" || kind == "provider" || kind == "check") && len(labels) == 1:
		return kind + "." + labels[0]
	}
	return ""
}

// wantedLabels are those of the blocks that Terraform 1.14 and OpenTofu 1.10 know.
var wantedLabels = map[string]int{
	"resource": 2, "data": 2, "ephemeral": 2, "action": 2, "variable": 1, "output": 1, "module": 1, "provider": 1, "check": 1,
	"locals": 0, "terraform": 0, "moved": 0, "removed": 0, "import": 0,
}

// add takes one top-level block in.
func (x *index) add(m *Module, file string, from *hcl.Block) {
	at := Position{Path: file, Line: from.At.Line, Column: from.At.Column}
	wanted, known := wantedLabels[from.Type]
	if !known {
		m.Syntax = append(m.Syntax, Problem{Message: "Terraform has no block " + strconv.Quote(from.Type) + " here", At: at})
		return
	}
	if len(from.Labels) != wanted {
		message := "a block " + strconv.Quote(from.Type) + " takes " + strconv.Itoa(wanted) + " labels, this one has " + strconv.Itoa(len(from.Labels))
		m.Syntax = append(m.Syntax, Problem{Message: message, At: at})
		return
	}
	b := &block{kind: from.Type, labels: from.Labels, address: addressOf(from.Type, from.Labels), file: file, at: at}
	flattenBlock(file, "", from, &b.attributes)
	switch from.Type {
	case "check":
		x.addCheckData(m, file, from)
	case "terraform":
		if backend := backendOf(file, from); backend != nil && (m.Backend == nil || isOverride(file)) {
			m.Backend = backend
		}
	}
	if isOverride(file) {
		x.override(m, b)
		return
	}
	x.blocks = append(x.blocks, b)
}

// addCheckData declares the data source that a check block may hold.
func (x *index) addCheckData(m *Module, file string, check *hcl.Block) {
	for i := range check.Blocks {
		if check.Blocks[i].Type == "data" {
			x.add(m, file, &check.Blocks[i])
		}
	}
}

// flattenBlock appends the attributes of b. A nested block adds its type and labels to the path, and its number when it
// is not the first of its name: provisioner.local-exec.command, provisioner.local-exec.1.command. A dynamic block's
// content stands where the generated block would.
func flattenBlock(file, prefix string, b *hcl.Block, out *[]*attribute) {
	for i := range b.Attributes {
		a := &b.Attributes[i]
		*out = append(*out, &attribute{file: file, path: join(prefix, a.Name), Attribute: a})
	}
	seen := map[string]int{}
	for i := range b.Blocks {
		nested := &b.Blocks[i]
		name := strings.Join(append([]string{nested.Type}, nested.Labels...), ".")
		if nested.Type == "content" {
			name = ""
		}
		count := seen[name]
		seen[name]++
		if count > 0 && name != "" {
			name += "." + strconv.Itoa(count)
		}
		flattenBlock(file, join(prefix, name), nested, out)
	}
}

func join(prefix, name string) string {
	if prefix == "" || name == "" {
		return prefix + name
	}
	return prefix + "." + name
}
