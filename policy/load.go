package policy

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
)

// Set is a policy set: rules and what they import, not yet compiled.
type Set struct {
	rules   []Rule              // sorted by ID
	sources map[string][]source // by package
	builtin fs.FS               // where the text of indexed sources is
	authors []Files
	added   []source // of authors
	data    map[string]any
	allowed []string // built-in functions that reach out of the process, which rules may use all the same
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

// needs are those of a rule; nil when it concerns every document.
func (s *Set) needs(id string) [][]need {
	if files := s.sources[strings.ReplaceAll(id, "/", ".")]; len(files) == 1 {
		return files[0].Needs
	}
	return nil
}

// text is that of a source.
func (s *Set) text(src source) (string, error) {
	if src.text != "" {
		return src.text, nil
	}
	raw, err := fs.ReadFile(s.builtin, src.Path)
	if err != nil {
		return "", fmt.Errorf("read rule: %w", err)
	}
	return string(raw), nil
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
	if first := files[0]; first.beside == nil {
		text, err = fs.ReadFile(s.builtin, path.Join(path.Dir(first.Path), "examples.yaml"))
	} else {
		text, err = first.beside("examples.yaml")
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("examples of %s: %w", id, err)
	}
	return text, nil
}

// Load is LoadFiles with an author's files and directories, and no allowances.
func Load(embedded fs.FS, paths []string) (*Set, error) {
	authors, err := OpenPaths(paths)
	if err != nil {
		return nil, err
	}
	return LoadFiles(embedded, authors)
}

// LoadFiles is Loader.LoadFiles without a memory.
func LoadFiles(embedded fs.FS, authors []Files, allowed ...string) (*Set, error) {
	return Loader{Embedded: embedded, Allowed: allowed}.LoadFiles(authors)
}

// Loader reads policy sets.
type Loader struct {
	Embedded fs.FS    // shipped rules, with their index; nil for none
	Memory   Memory   // of an author's files that were right; nil for none
	Allowed  []string // built-in functions that reach out of the process and that rules may use; see Reaching
}

// OpenPaths makes Files of an author's files and directories.
func OpenPaths(paths []string) ([]Files, error) {
	var authors []Files
	for _, name := range paths {
		files, err := openPath(name)
		if err != nil {
			return nil, err
		}
		authors = append(authors, files)
	}
	return authors, nil
}

// LoadFiles reads a policy set: the embedded rules and an author's files. An author's file that does not parse,
// describe itself, type-check or that redefines a shipped rule is a *LoadError
// with file and line.
func (l Loader) LoadFiles(authors []Files) (*Set, error) {
	set := &Set{sources: map[string][]source{}, builtin: l.Embedded, authors: authors, data: map[string]any{}, allowed: l.Allowed}
	if err := checkAllowed(l.Allowed); err != nil {
		return nil, err
	}
	if l.Embedded != nil {
		idx, err := readIndex(l.Embedded)
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
	plain, err := set.addIndexed(authors)
	if err != nil {
		return nil, err
	}
	memory := l.Memory
	if len(plain) != len(authors) {
		memory = nil // what is right depends on the bundles too
	}
	if len(plain) > 0 {
		if err := set.recalled(plain, memory); err != nil {
			return nil, err
		}
	}
	if err := set.addData(); err != nil {
		return nil, err
	}
	slices.SortFunc(set.rules, func(a, b Rule) int { return strings.Compare(a.ID, b.ID) })
	if len(set.rules) == 0 {
		return nil, &LoadError{Err: errors.New("no rules")}
	}
	return set, nil
}

// recalled adds an author's files, without a look into them when exactly these are
// known to be right.
func (s *Set) recalled(authors []Files, memory Memory) error {
	if memory == nil {
		return s.add(authors)
	}
	read, err := unparsed(authors)
	if err != nil {
		return s.add(authors) // which says what is wrong
	}
	if idx, ok := recall(memory, s, read); ok {
		s.rules, s.added = append(s.rules, idx.Rules...), idx.Sources
		for _, src := range idx.Sources {
			s.sources[src.Package] = append(s.sources[src.Package], src)
		}
		return nil
	}
	key, keyErr := s.memoryKey(memory, read)
	shipped := len(s.rules)
	if err := s.add(authors); err != nil {
		return err
	}
	if keyErr == nil && same(read, s.added) {
		keep(memory, key, index{Rules: s.rules[shipped:], Sources: s.added})
	}
	return nil
}

// same reports whether what was checked is what the key was made of.
func same(read, checked []source) bool {
	return slices.EqualFunc(read, checked, func(a, b source) bool { return a.Path == b.Path && a.text == b.text })
}

// add loads an author's files and checks them as a whole.
func (s *Set) add(authors []Files) error {
	taken := s.taken()
	var added []source
	var parsed []*ast.Module
	var wrong []error
	for _, files := range authors {
		sources, modules, err := files.read()
		added, parsed, wrong = append(added, sources...), append(parsed, modules...), append(wrong, err)
	}
	for i, src := range added {
		rule, err := src.checked(parsed[i], taken)
		if err != nil {
			wrong = append(wrong, err)
		} else if rule != nil {
			taken[src.Package] = src.Path
			s.rules = append(s.rules, *rule)
		}
	}
	if err := join(wrong); err != nil {
		return err
	}
	for _, src := range added {
		s.sources[src.Package] = append(s.sources[src.Package], src)
	}
	s.added = append(s.added, added...)
	return s.check(added)
}

// checked is the rule that an author's file holds, nil when it holds helpers. taken
// tells who has defined a package.
func (s source) checked(module *ast.Module, taken map[string]string) (*Rule, error) {
	if err := s.shadows(taken); err != nil {
		return nil, &LoadError{Err: &PlaceError{s.Path, module.Package.Location.Row, err}}
	}
	if s.isLibrary() {
		return nil, nil
	}
	rule, err := describe(s, module)
	return &rule, err
}
