package standin

import (
	"encoding/json"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/ext/tryfunc"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
	ctyjson "github.com/zclconf/go-cty/cty/json"
)

// module is a root module with its variables set: what Terraform would evaluate, with the functions that the lake uses.
type module struct {
	files     Files
	dir       string
	blocks    []*hclsyntax.Block // of resources and imports, by address
	context   *hcl.EvalContext
	locals    map[string]hcl.Expression
	resources map[string]map[string]cty.Value // attributes by type and name, as far as they are known
}

// readModule parses the .tf files of a directory. A variable without value and default is an error, as it is for Terraform.
func readModule(files Files, dir string, variables map[string]string) (*module, error) {
	m := &module{files: files, dir: path.Clean(dir), locals: map[string]hcl.Expression{}, resources: map[string]map[string]cty.Value{}}
	m.context = &hcl.EvalContext{Functions: m.functions(), Variables: map[string]cty.Value{"path": cty.ObjectVal(map[string]cty.Value{"module": cty.StringVal(m.dir)})}}
	values := map[string]cty.Value{}
	for name, content := range files {
		if path.Dir(name) != m.dir || !strings.HasSuffix(name, ".tf") {
			continue
		}
		file, diagnostics := hclsyntax.ParseConfig(content, name, hcl.InitialPos)
		if diagnostics.HasErrors() {
			return nil, diagnostics
		}
		for _, block := range file.Body.(*hclsyntax.Body).Blocks {
			switch block.Type {
			case "resource", "import":
				m.blocks = append(m.blocks, block)
			case "locals":
				for name, attribute := range block.Body.Attributes {
					m.locals[name] = attribute.Expr
				}
			case "variable":
				value, given := variables[block.Labels[0]]
				values[block.Labels[0]] = cty.StringVal(value)
				if byDefault := block.Body.Attributes["default"]; !given && byDefault != nil {
					values[block.Labels[0]], diagnostics = byDefault.Expr.Value(nil)
				} else if !given {
					return nil, fmt.Errorf("no value for required variable %q", block.Labels[0])
				}
				if diagnostics.HasErrors() {
					return nil, diagnostics
				}
			}
		}
	}
	m.context.Variables["var"] = cty.ObjectVal(values)
	slices.SortFunc(m.blocks, func(a, b *hclsyntax.Block) int { return strings.Compare(address(a), address(b)) })
	return m, m.evaluateLocals()
}

func address(block *hclsyntax.Block) string { return strings.Join(block.Labels, ".") }

// evaluateLocals once: none refers to a resource or to another one in these lakes.
func (m *module) evaluateLocals() error {
	values := map[string]cty.Value{}
	for name, expression := range m.locals {
		value, diagnostics := expression.Value(m.context)
		if diagnostics.HasErrors() {
			return diagnostics
		}
		values[name] = value
	}
	m.context.Variables["local"] = cty.ObjectVal(values)
	return nil
}

// know lets other blocks refer to a resource.
func (m *module) know(block *hclsyntax.Block, attributes map[string]any) error {
	text, err := json.Marshal(attributes)
	if err != nil {
		return err
	}
	kind, err := ctyjson.ImpliedType(text)
	if err != nil {
		return err
	}
	value, err := ctyjson.Unmarshal(text, kind)
	if err != nil {
		return err
	}
	of := m.resources[block.Labels[0]]
	if of == nil {
		of = map[string]cty.Value{}
		m.resources[block.Labels[0]] = of
	}
	of[block.Labels[1]] = value
	m.context.Variables[block.Labels[0]] = cty.ObjectVal(of)
	return nil
}

// value of an expression as JSON has it.
func (m *module) value(expression hcl.Expression) (any, error) {
	value, diagnostics := expression.Value(m.context)
	if diagnostics.HasErrors() {
		return nil, diagnostics
	}
	text, err := ctyjson.Marshal(value, value.Type())
	if err != nil {
		return nil, err
	}
	var plain any
	return plain, json.Unmarshal(text, &plain)
}

// count is how many instances of a resource there are to be; -1 when it has no count.
func (m *module) count(block *hclsyntax.Block) (int, error) {
	attribute := block.Body.Attributes["count"]
	if attribute == nil {
		return -1, nil
	}
	value, err := m.value(attribute.Expr)
	if err != nil {
		return 0, err
	}
	number, ok := value.(float64)
	if !ok {
		return 0, fmt.Errorf("%s: count is %v", address(block), value)
	}
	return int(number), nil
}

func (m *module) functions() map[string]function.Function {
	text := function.Parameter{Name: "path", Type: cty.String}
	return map[string]function.Function{
		"jsondecode": stdlib.JSONDecodeFunc, "jsonencode": stdlib.JSONEncodeFunc, "try": tryfunc.TryFunc,
		"file": function.New(&function.Spec{Params: []function.Parameter{text}, Type: function.StaticReturnType(cty.String), Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			content, found := m.files[path.Clean(args[0].AsString())]
			if !found {
				return cty.NilVal, fmt.Errorf("no file exists at %q", args[0].AsString())
			}
			return cty.StringVal(string(content)), nil
		}}),
		"fileset": function.New(&function.Spec{Params: []function.Parameter{text, {Name: "pattern", Type: cty.String}}, Type: function.StaticReturnType(cty.Set(cty.String)), Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			dir, pattern := path.Clean(args[0].AsString()), args[1].AsString()
			found := []cty.Value{}
			for name := range m.files {
				if matched, err := path.Match(pattern, path.Base(name)); err == nil && matched && path.Dir(name) == dir {
					found = append(found, cty.StringVal(path.Base(name)))
				}
			}
			if len(found) == 0 {
				return cty.SetValEmpty(cty.String), nil
			}
			return cty.SetVal(found), nil
		}}),
		"anytrue": function.New(&function.Spec{Params: []function.Parameter{{Name: "list", Type: cty.List(cty.Bool)}}, Type: function.StaticReturnType(cty.Bool), Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			for it := args[0].ElementIterator(); it.Next(); {
				if _, v := it.Element(); !v.IsNull() && v.True() {
					return cty.True, nil
				}
			}
			return cty.False, nil
		}}),
	}
}
