package terraform

import (
	"path"
	"strings"

	"github.com/lotus-lake/lotus-gate/validate/parse/hcl"
)

// readFiles reports every call that reads files.
func (x *index) readFiles(m *Module) {
	for _, b := range x.blocks {
		each := eachOf(b)
		for _, a := range b.attributes {
			for i := range a.Reads {
				m.Reads = append(m.Reads, x.readFacts(a, &a.Reads[i], each, owner(b, a))...)
			}
		}
	}
}

// eachOf is what the block's for_each ranges over, or nil.
func eachOf(b *block) *hcl.Collection {
	if a := b.attribute("for_each"); a != nil {
		return a.Collection
	}
	return nil
}

// readFacts is one fact for each file that the call may read.
func (x *index) readFacts(a *attribute, read *hcl.Read, each *hcl.Collection, from string) []Read {
	base := Read{Call: read.Call, Optional: read.Optional, From: from, At: a.position(read.At)}
	if read.Call == "fileset" {
		if pattern := literalText(read.Pattern); pattern != "" {
			base.Pattern = &pattern
		}
	}
	places := x.places(read.Path, each, 0)
	var facts []Read
	for _, p := range places {
		fact := base
		exists, matches := x.look(p, fact.Pattern)
		if p.relative && !exists {
			continue // relative to the directory that Terraform was started in, which the gate cannot know
		}
		fact.Path, fact.Exists, fact.Matches = &p.path, exists, matches
		fact.Escapes = p.path == ".." || strings.HasPrefix(p.path, "../") || strings.HasPrefix(p.path, "/")
		if p.pattern != "" && fact.Pattern == nil {
			fact.Pattern = &p.pattern
		}
		facts = append(facts, fact)
	}
	if len(facts) == 0 {
		facts = append(facts, base)
	}
	return facts
}

// look tells whether the tree has what a read wants: any file below a fileset's directory, the file otherwise. A path
// with a pattern is never missing: an empty fileset reads nothing.
func (x *index) look(p place, pattern *string) (exists bool, matches int) {
	switch {
	case pattern != nil:
		matches = len(x.match(p.path, *pattern))
		return matches > 0 || p.pattern != "" || len(x.listed[p.path]) > 0, matches
	case p.pattern != "":
		dir := strings.TrimSuffix(p.path, p.pattern)
		return true, len(x.match(path.Clean(dir), p.pattern))
	}
	return x.in.Tree.Exists(p.path), 0
}

// filesAt lists the files of the tree that a read of this place sees.
func (x *index) filesAt(p place, read *hcl.Read) []string {
	dir, pattern := p.path, literalText(read.Pattern)
	switch {
	case read.Call == "fileset" && pattern != "":
	case read.Call == "fileset":
		return nil
	case p.pattern != "":
		dir, pattern = path.Clean(strings.TrimSuffix(p.path, p.pattern)), p.pattern
	case x.in.Tree.Exists(p.path):
		return []string{p.path}
	default:
		return nil
	}
	var files []string
	for _, name := range x.match(dir, pattern) {
		files = append(files, path.Join(dir, name))
	}
	return files
}

// maxScanned bounds the work that the filesets of one module may ask for, in files compared.
const maxScanned = 5_000_000

// match returns the files below dir that a fileset with this pattern finds, relative to dir.
func (x *index) match(dir, pattern string) []string {
	key := [2]string{dir, pattern}
	if names, done := x.found[key]; done || x.scanned > maxScanned {
		return names
	}
	files, known := x.listed[dir]
	if !known {
		files = x.in.Tree.List(dir)
		x.listed[dir] = files
	}
	x.scanned += len(files)
	x.found[key] = matchFiles(dir, pattern, files)
	return x.found[key]
}
