package policy

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// IndexFile is where a file system of rules keeps its index: the METADATA of
// all its rules and the imports of all its files, so that a process that judges
// three stream files neither parses nor compiles fifty rules.
const IndexFile = "index.json"

type index struct {
	Rules   []Rule   `json:"rules"`
	Sources []source `json:"sources"`
}

// Index computes the content of IndexFile from the rules themselves.
func Index(fsys fs.FS) ([]byte, error) {
	sources, modules, err := Files{FS: fsys}.parse(func(name string) bool {
		return strings.HasSuffix(name, ".rego") && !strings.HasSuffix(name, testSuffix)
	})
	if err != nil {
		return nil, err
	}
	idx := index{Sources: sources}
	for i, src := range sources {
		if src.isLibrary() {
			continue
		}
		rule, err := describe(src, modules[i])
		if err != nil {
			return nil, err
		}
		idx.Rules = append(idx.Rules, rule)
	}
	out, err := json.MarshalIndent(idx, "", " ")
	return append(out, '\n'), err
}

func readIndex(fsys fs.FS) (index, error) {
	raw, err := fs.ReadFile(fsys, IndexFile)
	if err != nil {
		return index{}, fmt.Errorf("read rule index: %w", err)
	}
	var idx index
	if err := json.Unmarshal(raw, &idx); err != nil {
		return index{}, fmt.Errorf("read rule index: %w", err)
	}
	return idx, nil
}

// readIndexed reads an author's files by their index: nothing is parsed. It is not ok
// when there is no index, or one that does not fit the files or this version; then
// they have to be parsed.
func (f Files) readIndexed() (idx index, ok bool) {
	raw, err := fs.ReadFile(f.FS, IndexFile)
	if !f.Indexed || err != nil {
		return index{}, false
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields() // of a later version: what it says would be lost
	if dec.Decode(&idx) != nil || !idx.lists(f.FS) {
		return index{}, false
	}
	for i := range idx.Sources {
		src := &idx.Sources[i]
		text, err := fs.ReadFile(f.FS, src.Path)
		if err != nil {
			return index{}, false
		}
		dir := path.Dir(src.Path)
		src.text, src.Path, src.unchecked = string(text), f.path(src.Path), true
		src.beside = func(other string) ([]byte, error) { return fs.ReadFile(f.FS, path.Join(dir, other)) }
	}
	return idx, true
}

// lists reports whether the index names exactly the Rego files that there are, and a
// rule that this version knows how to judge with for each that is no library.
func (idx index) lists(fsys fs.FS) bool {
	left, ids := map[string]bool{}, map[string]bool{}
	for _, src := range idx.Sources {
		left[src.Path] = true
		if src.isLibrary() {
			continue
		}
		if strings.Count(src.Package, ".") != 1 {
			return false
		}
		ids[src.ruleID()] = true
	}
	for _, rule := range idx.Rules {
		if !ids[rule.ID] || rule.Severity == 0 || slices.ContainsFunc(rule.Kinds, func(k string) bool { return !slices.Contains(kinds(), k) }) {
			return false
		}
		delete(ids, rule.ID)
	}
	err := fs.WalkDir(fsys, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(name, ".rego") || strings.HasSuffix(name, testSuffix) {
			return err
		}
		if !left[name] {
			return fs.ErrInvalid
		}
		delete(left, name)
		return nil
	})
	return err == nil && len(left) == 0 && len(ids) == 0
}
