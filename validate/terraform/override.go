package terraform

import "strings"

// override merges a block of an override file into the block that it changes, as Terraform does: its arguments and
// nested blocks replace those of the same name.
func (x *index) override(m *Module, over *block) {
	for _, base := range x.blocks {
		if base.kind != over.kind || base.address != over.address || base.kind == "moved" || base.kind == "removed" || base.kind == "import" {
			continue
		}
		if base.kind == "locals" && !sharesName(base, over) {
			continue
		}
		replaced := map[string]bool{}
		for _, a := range over.attributes {
			replaced[topName(over, a)] = true
		}
		var kept []*attribute
		for _, a := range base.attributes {
			if !replaced[topName(base, a)] {
				kept = append(kept, a)
			}
		}
		base.attributes = append(kept, over.attributes...)
		return
	}
	if over.address != "" && over.kind != "provider" {
		m.Syntax = append(m.Syntax, Problem{Message: "an override file changes " + over.address + ", which no other file declares", At: over.at})
		return
	}
	x.blocks = append(x.blocks, over)
}

// topName is the argument or nested block of its block that an attribute belongs to; inside `terraform`, the entry of
// required_providers.
func topName(b *block, a *attribute) string {
	parts := strings.SplitN(a.path, ".", 3)
	if b.kind == "terraform" && len(parts) > 1 {
		return parts[0] + "." + parts[1]
	}
	return parts[0]
}

func sharesName(a, b *block) bool {
	for _, x := range a.attributes {
		if b.attribute(x.path) != nil {
			return true
		}
	}
	return false
}
