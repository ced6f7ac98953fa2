package policy

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// Set is a policy set: rules and what they import, not yet compiled.
type Set struct {
	rules   []Rule              // sorted by ID
	sources map[string][]source // by package
	builtin fs.FS               // where the text of indexed sources is
}

// Rules returns the rules of the set in the order of their ids.
func (s *Set) Rules() []Rule { return s.rules }

// Rule finds a rule by its id.
func (s *Set) Rule(id string) (Rule, bool) {
	i, ok := slices.BinarySearchFunc(s.rules, id, func(r Rule, id string) int { return strings.Compare(r.ID, id) })
	if !ok {
		return Rule{}, false
	}
	return s.rules[i], true
}

// Examples returns the text of the examples.yaml beside a rule; nil when an
// author has written none.
func (s *Set) Examples(id string) ([]byte, error) {
	files := s.sources[strings.ReplaceAll(id, "/", ".")]
	if len(files) == 0 {
		return nil, fmt.Errorf("examples of %s: %w", id, s.Unknown(id))
	}
	var text []byte
	var err error
	if first := files[0]; first.text == "" {
		text, err = fs.ReadFile(s.builtin, path.Join(path.Dir(first.Path), "examples.yaml"))
	} else {
		text, err = os.ReadFile(filepath.Join(filepath.Dir(first.Path), "examples.yaml"))
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("examples of %s: %w", id, err)
	}
	return text, nil
}

// Load reads a policy set: the embedded rules (nil for none), which must carry
// an index, and the author's files and directories. An author's file that does
// not parse, describe itself, type-check or that redefines a shipped rule is a
// *LoadError with file and line.
func Load(embedded fs.FS, paths []string) (*Set, error) {
	set := &Set{sources: map[string][]source{}, builtin: embedded}
	if embedded != nil {
		idx, err := readIndex(embedded)
		if err != nil {
			return nil, err
		}
		set.rules = idx.Rules
		for i := range set.rules {
			set.rules[i].Shipped = true
		}
		for _, src := range idx.Sources {
			set.sources[src.Package] = append(set.sources[src.Package], src)
		}
	}
	if len(paths) > 0 {
		if err := set.add(paths); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(set.rules, func(a, b Rule) int { return strings.Compare(a.ID, b.ID) })
	if len(set.rules) == 0 {
		return nil, &LoadError{Err: fmt.Errorf("no rules: %s hold no Rego rule", strings.Join(paths, ", "))}
	}
	return set, nil
}

// add loads an author's files and checks them as a whole.
func (s *Set) add(paths []string) error {
	taken := map[string]string{}
	for pkg := range s.sources {
		taken[pkg] = "the shipped rules"
	}
	var added []source
	for _, name := range paths {
		sources, err := readPath(name)
		if err != nil {
			return err
		}
		added = append(added, sources...)
	}
	for _, src := range added {
		if owner, ok := taken[src.Package]; ok {
			return &LoadError{Err: fmt.Errorf("%s: package %s is already defined by %s: choose another name", src.Path, src.Package, owner)}
		}
		if domain, _, _ := strings.Cut(src.Package, "."); slices.Contains(reserved, domain) {
			return &LoadError{Err: fmt.Errorf("%s: package %s: data.%s is taken by the gate's own data", src.Path, src.Package, domain)}
		}
		if src.isLibrary() {
			continue
		}
		described, module, err := parseSource(src.Path, src.text)
		if err != nil {
			return err
		}
		rule, err := describe(described, module)
		if err != nil {
			return err
		}
		taken[src.Package] = src.Path
		s.rules = append(s.rules, rule)
	}
	for _, src := range added {
		s.sources[src.Package] = append(s.sources[src.Package], src)
	}
	return s.check(added)
}

// reserved names the roots of data documents that rules read.
var reserved = []string{"parameters", "layout", "schema"}

// readPath reads a Rego file or the Rego files of a directory.
func readPath(name string) ([]source, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, &LoadError{Err: err}
	}
	dir, only := name, ""
	if !info.IsDir() {
		dir, only = filepath.Split(name)
	}
	if dir == "" {
		dir = "."
	}
	fsys := os.DirFS(dir)
	if only != "" {
		text, err := fs.ReadFile(fsys, only)
		if err != nil {
			return nil, &LoadError{Err: err}
		}
		src, _, err := parseSource(name, string(text))
		return []source{src}, err
	}
	sources, _, err := parseTree(fsys, dir)
	if err == nil && len(sources) == 0 {
		err = &LoadError{Err: fmt.Errorf("%s: holds no Rego rule", name)}
	}
	return sources, err
}
