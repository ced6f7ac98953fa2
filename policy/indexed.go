package policy

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// addIndexed adds the files whose index is to be believed, and returns the others.
func (s *Set) addIndexed(authors []Files) (others []Files, err error) {
	for _, files := range authors {
		idx, ok := files.readIndexed()
		if !ok {
			others = append(others, files)
			continue
		}
		taken := s.taken()
		for _, src := range idx.Sources {
			if err := src.shadows(taken); err != nil {
				return nil, &LoadError{Err: fmt.Errorf("%s: %w", src.Path, err)}
			}
		}
		for _, src := range idx.Sources {
			s.sources[src.Package] = append(s.sources[src.Package], src)
		}
		s.rules, s.added = append(s.rules, idx.Rules...), append(s.added, idx.Sources...)
	}
	return others, nil
}

// taken tells whose the packages of the set are.
func (s *Set) taken() map[string]string {
	taken := map[string]string{}
	for pkg, files := range s.sources {
		taken[pkg] = "the shipped rules"
		if files[0].beside != nil {
			taken[pkg] = files[0].Path
		}
	}
	return taken
}

// reserved names the roots of data documents that rules read.
var reserved = []string{"parameters", "layout", "schema"}

// shadows refuses a package that would change what others define: the same one, one
// around it, whose rules may reach into it, or one inside it.
func (s source) shadows(taken map[string]string) error {
	if owner, ok := taken[s.Package]; ok {
		return fmt.Errorf("package %s is already defined by %s: choose another name", s.Package, owner)
	}
	for _, pkg := range slices.Sorted(maps.Keys(taken)) { // rules have two names each, and so are not around each other
		owner := taken[pkg]
		if s.isLibrary() && (strings.HasPrefix(pkg, s.Package+".") || strings.HasPrefix(s.Package, pkg+".")) {
			return fmt.Errorf("package %s could change package %s of %s: choose another name", s.Package, pkg, owner)
		}
	}
	if domain, _, _ := strings.Cut(s.Package, "."); slices.Contains(reserved, domain) {
		return fmt.Errorf("package %s: data.%s is taken by the gate's own data", s.Package, domain)
	}
	return nil
}

// addData merges the authors' data. None of it may stand where rules are.
func (s *Set) addData() error {
	owners := map[string]string{}
	for pkg := range s.sources {
		domain, _, _ := strings.Cut(pkg, ".")
		owners[domain] = "rules"
	}
	for _, name := range reserved {
		owners[name] = "the gate's own data"
	}
	for _, files := range s.authors {
		for _, key := range slices.Sorted(maps.Keys(files.Data)) {
			if owner, ok := owners[key]; ok {
				return &LoadError{Err: fmt.Errorf("%s: data.%s is taken by %s: choose another name", files.Name, key, owner)}
			}
			owners[key], s.data[key] = "the data of "+files.Name, files.Data[key]
		}
	}
	return nil
}
