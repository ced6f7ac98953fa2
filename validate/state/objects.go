package state

import (
	"bytes"
	"encoding/json"
	"path"
	"strings"
)

// objectsIn finds JSON documents anywhere in a text and returns where they lie.
// Those that begin in one of the spans given are known already.
func (in *inspector) objectsIn(data []byte, known []span, at place) (covered []span) {
	first := firstText(data)
	var objects []jsonObject
	keep := func(o jsonObject) {
		if !o.accept(o.start == first, isDocumentation(at.path)) || inside(known, o.start) {
			return
		}
		// An object around others of our forms is the one to report: a plan holds a state.
		for len(objects) > 0 && objects[len(objects)-1].start > o.start {
			objects = objects[:len(objects)-1]
		}
		if len(objects) < maxMaterials {
			objects = append(objects, o)
		}
	}
	if scanObjects(data, keep); len(objects) == 0 {
		scanQuotedLines(data, keep)
	}
	position := newLines(data, at)
	for _, o := range objects {
		where := at.labelledIf(o.start != first, "embedded")
		in.find(o.keys.form(), where, position.of(o.start), describe(data[o.start:o.end]))
		covered = append(covered, o.span)
	}
	return covered
}

// accept decides whether an object counts. One that begins its file always does, broken or cut as it may be.
// Among other text an ellipsis between its members makes it an excerpt, which passes. In documentation it must
// besides be complete: closed, and with the body of its form (resources for a state, the tool's version for show -json).
func (o jsonObject) accept(beginsFile, documentation bool) bool {
	switch {
	case o.keys.form() == "":
		return false
	case beginsFile:
		return true
	case o.keys.has(ellipsis):
		return false
	case documentation:
		return o.closed && o.keys.whole()
	}
	return true
}

// isDocumentation goes by the name's extension.
func isDocumentation(name string) bool {
	switch strings.ToLower(path.Ext(name)) {
	case ".md", ".markdown", ".mdx", ".rst", ".adoc", ".asciidoc", ".org":
		return true
	}
	return false
}

// firstText is the offset of the first byte that is not white space.
func firstText(data []byte) int {
	return len(data) - len(bytes.TrimLeft(data, " \t\r\n"))
}

// describe names lineage, serial and tool version of a document from its top level, in that order.
func describe(document []byte) string {
	const longest = 64
	var parts []string
	add := func(label string, value any) {
		if s, ok := value.(string); ok && s != "" && len(s) <= longest {
			parts = append(parts, label+" "+printable(s))
		}
	}
	head := topLevel(document)
	add("lineage", head["lineage"])
	add("serial", head["serial"])
	add("terraform", head["terraform_version"])
	return strings.Join(parts, ", ")
}

// topLevel reads the simple values at the top level of a document, as text, as far as it is JSON and not beyond its first
// 64 KiB: Terraform writes them first.
func topLevel(document []byte) map[string]any {
	head := map[string]any{}
	depth, key := 0, ""
	dec := json.NewDecoder(bytes.NewReader(document[:min(len(document), 64<<10)]))
	dec.UseNumber()
	for head["lineage"] == nil || head["serial"] == nil || head["terraform_version"] == nil {
		token, err := dec.Token()
		if err != nil {
			return head
		}
		switch t := token.(type) {
		case json.Delim:
			if t == '{' || t == '[' {
				depth++
			} else {
				depth--
			}
			key = ""
		case string:
			if depth == 1 && key == "" {
				key = t
				continue
			}
			if depth == 1 {
				head[key] = t
			}
			key = ""
		case json.Number:
			if depth == 1 {
				head[key] = t.String()
			}
			key = ""
		default:
			key = ""
		}
	}
	return head
}
