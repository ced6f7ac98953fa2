package terraform

import (
	"sort"
	"strings"
)

// declare fills in what the blocks declare, and finds what is declared twice.
func (x *index) declare(m *Module) {
	for _, b := range x.blocks {
		if b.address != "" && b.kind != "provider" && b.kind != "check" {
			x.register(m, b.address, b.at)
		}
		switch b.kind {
		case "resource", "data":
			m.Resources = append(m.Resources, resourceOf(b))
		case "variable":
			m.Variables = append(m.Variables, x.variableOf(b))
		case "output":
			m.Outputs = append(m.Outputs, Named{Name: b.labels[0], At: b.at})
		case "module":
			m.Modules = append(m.Modules, Named{Name: b.labels[0], At: b.at})
		case "locals":
			for _, a := range b.attributes {
				address := "local." + a.Name
				x.register(m, address, a.position(a.At))
				if x.locals[address] == nil {
					x.locals[address] = a
				}
				m.Locals = append(m.Locals, Named{Name: a.Name, At: a.position(a.At)})
			}
		case "moved":
			m.Moved = append(m.Moved, Moved{From: written(b, "from"), To: written(b, "to"), At: b.at})
		case "removed":
			m.Removed = append(m.Removed, Removed{From: written(b, "from"), At: b.at})
		case "import":
			m.Imports = append(m.Imports, Import{To: written(b, "to"), At: b.at})
		}
	}
	sort.SliceStable(m.Resources, func(i, j int) bool { return m.Resources[i].Address < m.Resources[j].Address })
}

func (x *index) register(m *Module, address string, at Position) {
	if first, ok := x.declared[address]; ok {
		m.Duplicates = append(m.Duplicates, Duplicate{Address: address, At: at, First: first})
		return
	}
	x.declared[address] = at
}

// written is an address argument as it stands in the file.
func written(b *block, name string) string {
	if a := b.attribute(name); a != nil && len(a.References) > 0 {
		return a.References[0].Text
	}
	return ""
}

func resourceOf(b *block) Resource {
	mode := "managed"
	if b.kind == "data" {
		mode = "data"
	}
	r := Resource{
		Address: b.address, Mode: mode, Type: b.labels[0], Name: b.labels[1], At: b.at,
		Count: b.attribute("count") != nil || b.attribute("for_each") != nil, Attributes: map[string]Attribute{}, References: []string{},
	}
	seen := map[string]bool{}
	for _, a := range b.attributes {
		for i := range a.Leaves {
			leaf := &a.Leaves[i]
			fact := Attribute{At: a.position(leaf.At), Literal: leaf.Literal, Value: leaf.Value, References: []string{}, Calls: []string{}}
			for _, ref := range usable(b, a, leaf.References) {
				fact.References = append(fact.References, targetOf(ref.Parts).address)
			}
			for _, call := range leaf.Calls {
				fact.Calls = append(fact.Calls, call.Name)
			}
			path := a.leafPath(leaf)
			if namesCredential(path[strings.LastIndexByte(path, '.')+1:]) {
				fact.Value = nil // no document may hold a secret
			}
			if _, twice := r.Attributes[path]; !twice {
				r.Attributes[path] = fact
			}
			if text, ok := leaf.Value.(string); ok && path == "name" && leaf.Literal {
				r.Title = &text
			}
		}
		for _, ref := range usable(b, a, a.References) {
			if target := targetOf(ref.Parts).address; !seen[target] {
				seen[target] = true
				r.References = append(r.References, target)
			}
		}
	}
	sort.Strings(r.References)
	return r
}

func (x *index) variableOf(b *block) Variable {
	v := Variable{Name: b.labels[0], At: b.at}
	if d := b.attribute("default"); d != nil {
		v.HasDefault = true
		text, isString := d.Value.(string)
		v.DefaultLiteral = isString && text != ""
		if x.defaults[b.address] == nil {
			x.defaults[b.address] = d
		}
	}
	if s := b.attribute("sensitive"); s != nil {
		v.Sensitive = s.Value == true
	}
	return v
}
