package terraform

import "sort"

// maxReach bounds the locals that one value depends on.
const maxReach = 1000

// reachOf follows references to locals; each local counts once.
func (x *index) reachOf(start ...*attribute) []*attribute {
	seen := map[*attribute]bool{}
	var all []*attribute
	var visit func(a *attribute)
	visit = func(a *attribute) {
		if a == nil || seen[a] || len(all) > maxReach {
			return
		}
		seen[a] = true
		all = append(all, a)
		for _, ref := range a.References {
			if len(ref.Parts) > 1 && ref.Parts[0] == "local" {
				visit(x.locals["local."+ref.Parts[1]])
			}
		}
	}
	for _, a := range start {
		visit(a)
	}
	return all
}

// filesRead lists the files of the tree that the value of an attribute is made from, sorted.
func (x *index) filesRead(b *block, a *attribute) []string {
	found := map[string]bool{}
	for _, dependency := range x.reachOf(a) {
		for i := range dependency.Reads {
			read := &dependency.Reads[i]
			for _, p := range x.places(read.Path, eachOf(b), 0) {
				for _, file := range x.filesAt(p, read) {
					found[file] = true
				}
			}
		}
	}
	files := make([]string, 0, len(found))
	for file := range found {
		files = append(files, file)
	}
	sort.Strings(files)
	return files
}
