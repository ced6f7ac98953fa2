package terraform

import (
	"sort"
	"strconv"
	"strings"

	"github.com/lotus-lake/lotus-gate/validate/parse"
)

// checkAttributes reports arguments that the Airbyte providers do not have: they drop unknown keys of nested
// attributes silently. Catalogs that sync_catalog decodes from a file are looked into.
func (x *index) checkAttributes(m *Module) {
	schemas := schemasOf(m.Providers)
	if schemas == nil {
		return
	}
	meta := arguments(metaArguments, nil)
	for _, b := range x.blocks {
		known, ok := schemas[first(b.labels)]
		if b.kind != "resource" || !ok {
			continue
		}
		reported := map[string]bool{}
		report := func(path string, near *string, at Position) {
			if !reported[path] {
				reported[path] = true
				m.UnknownAttributes = append(m.UnknownAttributes, Unknown{Attribute: path, From: b.address, Nearest: near, At: at})
			}
		}
		for _, a := range b.attributes {
			if _, own := meta[strings.SplitN(a.path, ".", 2)[0]]; own {
				continue
			}
			for i := range a.Leaves {
				if path, near := known.unknown(strings.Split(a.leafPath(&a.Leaves[i]), ".")); path != "" {
					report(path, near, a.position(a.Leaves[i].At))
				}
			}
			if a.path == "sync_catalog" && known["sync_catalog"] != nil {
				x.checkCatalogs(b, a, known["sync_catalog"], report)
			}
		}
	}
}

func first(labels []string) string {
	if len(labels) == 0 {
		return ""
	}
	return labels[0]
}

// unknown follows a path and returns the first part of it that the schema lacks, without indexes, and what may be meant.
func (s schema) unknown(path []string) (string, *string) {
	var walked []string
	for _, step := range path {
		if _, err := strconv.Atoi(step); err == nil || step == "*" {
			continue
		}
		if s == nil {
			return "", nil
		}
		walked = append(walked, step)
		inner, ok := s[step]
		if !ok {
			return strings.Join(walked, "."), similar(step, s.names())
		}
		s = inner
	}
	return "", nil
}

func (s schema) names() []string {
	names := make([]string, 0, len(s))
	for name := range s {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

// checkCatalogs looks into the files that a sync_catalog reads. A catalog that is missing or does not parse is the
// concern of other facts, and so is a generated one, beside the stream files: it is compared whole with what they say.
func (x *index) checkCatalogs(b *block, a *attribute, known schema, report func(string, *string, Position)) {
	for _, read := range x.filesRead(b, a) {
		if x.in.Streams != "" && strings.HasPrefix(read, x.in.Streams+"/") {
			continue
		}
		data, err := x.in.Tree.Read(read)
		if err != nil {
			continue
		}
		catalog, err := parse.JSON(data, parse.JSONOptions{})
		if err != nil {
			continue
		}
		known.unknownKeys(catalog, "sync_catalog", func(path string, near *string, line, column int) {
			report(path, near, Position{Path: read, Line: line, Column: column})
		})
	}
}

func (s schema) unknownKeys(n *parse.Node, path string, report func(path string, near *string, line, column int)) {
	if s == nil {
		return
	}
	for i := range n.Items {
		s.unknownKeys(&n.Items[i], path, report)
	}
	for i := range n.Members {
		member := &n.Members[i]
		inner, ok := s[member.Key]
		if !ok {
			report(path+"."+member.Key, similar(member.Key, s.names()), member.Line, member.Column)
			continue
		}
		inner.unknownKeys(&member.Value, path+"."+member.Key, report)
	}
}
