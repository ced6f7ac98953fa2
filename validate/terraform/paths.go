package terraform

import (
	"path"
	"strings"

	"github.com/lotus-lake/lotus-gate/validate/parse/hcl"
)

// place is a path that an expression may build, from the repository's root. With a pattern, path has the pattern where
// the element of a fileset stands, and directory is that fileset's.
type place struct {
	path     string
	pattern  string
	relative bool // relative to the directory that Terraform runs in, not to the module
}

const (
	maxPlaces   = 64 // alternatives of one path
	maxIndirect = 16 // locals that lead to locals
	maxSteps    = 1000
	maxPath     = 4096 // bytes, as on Linux
)

// places gives the paths that parts may build, or nil when that cannot be told. each is the for_each of the block.
func (x *index) places(parts []hcl.Part, each *hcl.Collection, depth int) []place {
	if depth == 0 {
		x.steps = 0
	}
	if x.steps += len(parts); depth > maxIndirect || len(parts) == 0 || x.steps > maxSteps {
		return nil
	}
	texts := []place{{}}
	anchored := false
	for i, part := range parts {
		var next []place
		switch part.Kind {
		case hcl.PartLiteral:
			next = []place{{path: part.Text}}
		case hcl.PartModule, hcl.PartRoot:
			if i > 0 {
				return nil
			}
			anchored = true
			next = []place{{path: x.in.Dir, relative: part.Kind == hcl.PartRoot}}
		case hcl.PartRef:
			next = x.localPlaces(part.Text, depth)
			anchored = anchored || i == 0 && next != nil
		case hcl.PartEach:
			next = x.elements(each, part.Text == "each.key", depth)
		case hcl.PartElement:
			next = x.elements(part.Of, part.IsKey, depth)
		}
		if next == nil {
			return nil
		}
		if texts = product(texts, next); len(texts) > maxPlaces || len(texts[0].path) > maxPath {
			return nil
		}
	}
	for i := range texts {
		if !anchored {
			texts[i].path, texts[i].relative = path.Join(x.in.Dir, texts[i].path), true
		}
		if depth == 0 {
			texts[i].path = path.Clean(texts[i].path)
		}
	}
	return texts
}

// localPlaces follows local.x; its value is kept as it is, so that it can be the middle of a path as well.
func (x *index) localPlaces(ref string, depth int) []place {
	local := x.locals[ref]
	if local == nil {
		return nil
	}
	if v, ok := local.Value.(string); ok && local.Literal {
		return []place{{path: v}}
	}
	return x.places(local.Template, nil, depth+1)
}

// elements gives the texts that an element of a collection may have.
func (x *index) elements(of *hcl.Collection, key bool, depth int) []place {
	of = x.follow(of, depth)
	switch {
	case of == nil:
		return nil
	case of.Fileset != nil:
		pattern := literalText(of.Fileset.Pattern)
		if pattern == "" {
			pattern = "*"
		}
		return []place{{path: pattern, pattern: pattern}}
	}
	names := of.Values
	if key && of.Keys != nil {
		names = of.Keys
	}
	if len(names) > maxPlaces {
		return nil
	}
	var all []place
	for _, name := range names {
		all = append(all, place{path: name})
	}
	return all
}

// follow resolves a collection that is another local's.
func (x *index) follow(of *hcl.Collection, depth int) *hcl.Collection {
	for ; of != nil && of.Ref != ""; depth++ {
		local := x.locals[of.Ref]
		if local == nil || depth > maxIndirect {
			return nil
		}
		of = local.Collection
	}
	return of
}

func product(heads, tails []place) []place {
	all := make([]place, 0, len(heads)*len(tails))
	for _, h := range heads {
		for _, t := range tails {
			pattern := h.pattern
			if pattern == "" {
				pattern = t.pattern
			}
			all = append(all, place{path: h.path + t.path, pattern: pattern, relative: h.relative || t.relative})
		}
	}
	return all
}

// literalText joins parts that are all written out; "" when one is not.
func literalText(parts []hcl.Part) string {
	var b strings.Builder
	for _, p := range parts {
		if p.Kind != hcl.PartLiteral {
			return ""
		}
		b.WriteString(p.Text)
	}
	return b.String()
}
