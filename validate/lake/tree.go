// Package lake knows what the files of a lake repository are and turns them
// into the documents that rules judge: docs/inputs.md, section by section. It
// reads snapshots through an interface and knows nothing of git.
package lake

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"sort"
	"strings"
)

// Mode is what an entry is.
type Mode int

// The modes of git trees that matter here.
const (
	Regular Mode = iota
	Symlink
	Submodule
	Directory
)

// Entry is one file or directory of a snapshot.
type Entry struct {
	Path string
	Mode Mode
	ID   string // identifies the content (a blob id), "" when unknown
}

// Tree is a snapshot: a commit's tree, an index, a working tree or a set of
// files in memory. It is safe for concurrent use.
type Tree interface {
	// Entry finds one file or directory; false when there is none.
	Entry(path string) (Entry, bool, error)
	// List returns what is directly in a directory ("" is the root), sorted
	// by name; nothing when there is no such directory.
	List(dir string) ([]Entry, error)
	// Read returns a file's bytes, or a symbolic link's target.
	// *UninspectedError when a limit or the file's nature forbids it.
	Read(Entry) ([]byte, error)
}

// UninspectedError says why a file could not be looked into.
type UninspectedError struct {
	Path   string
	Reason string
	// Undecided: the file could hold what must be refused. Otherwise it is of
	// a nature that is never looked into (a submodule).
	Undecided bool
}

func (e *UninspectedError) Error() string { return e.Path + ": not inspected: " + e.Reason }

// ReadPath reads the file at a path; false when there is none.
func ReadPath(t Tree, p string) ([]byte, bool, error) {
	entry, ok, err := t.Entry(p)
	if err != nil || !ok || entry.Mode != Regular {
		return nil, false, err
	}
	data, err := t.Read(entry)
	return data, err == nil, err
}

// Walk calls visit for every file in or below a directory, the entries of each
// directory sorted by name. visit is not called for directories.
func Walk(t Tree, dir string, visit func(Entry) error) error {
	entries, err := t.List(dir)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		if entry.Mode == Directory {
			err = Walk(t, entry.Path, visit)
		} else {
			err = visit(entry)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// Files is a Tree of listed files whose content is read on demand.
type Files struct {
	entries map[string]Entry
	dirs    map[string][]Entry
	read    func(Entry) ([]byte, error)
}

// NewFiles makes a Tree of files; read returns an entry's content.
func NewFiles(files []Entry, read func(Entry) ([]byte, error)) *Files {
	t := &Files{entries: make(map[string]Entry, len(files)), dirs: map[string][]Entry{}, read: read}
	for _, f := range files {
		t.add(f)
	}
	for _, list := range t.dirs {
		sort.Slice(list, func(i, j int) bool { return list[i].Path < list[j].Path })
	}
	return t
}

func (t *Files) add(f Entry) {
	for {
		if _, ok := t.entries[f.Path]; ok {
			return
		}
		t.entries[f.Path] = f
		dir := Parent(f.Path)
		t.dirs[dir] = append(t.dirs[dir], f)
		if dir == "" {
			return
		}
		f = Entry{Path: dir, Mode: Directory}
	}
}

// Parent is the directory that a path lies in; "" is the root.
func Parent(p string) string {
	if dir := path.Dir(p); dir != "." {
		return dir
	}
	return ""
}

// Entry implements Tree.
func (t *Files) Entry(p string) (Entry, bool, error) {
	e, ok := t.entries[p]
	return e, ok, nil
}

// List implements Tree.
func (t *Files) List(dir string) ([]Entry, error) { return slices.Clone(t.dirs[dir]), nil }

// Read implements Tree.
func (t *Files) Read(e Entry) ([]byte, error) { return t.read(e) }

// Memory is a Tree of files in memory, by path; the targets of symbolic links
// are given by links.
func Memory(files map[string][]byte, links map[string]string) *Files {
	var entries []Entry
	for p, data := range files {
		entries = append(entries, Entry{Path: p, ID: fmt.Sprintf("%p", data)})
	}
	for p := range links {
		entries = append(entries, Entry{Path: p, Mode: Symlink})
	}
	return NewFiles(entries, func(e Entry) ([]byte, error) {
		if e.Mode == Symlink {
			return []byte(links[e.Path]), nil
		}
		return files[e.Path], nil
	})
}

// within reports whether a path lies in a directory, at any depth.
func within(p, dir string) bool { return strings.HasPrefix(p, dir+"/") }

// uninspected unwraps the reason why a file was not looked into.
func uninspected(err error) (*UninspectedError, bool) {
	var u *UninspectedError
	ok := errors.As(err, &u)
	return u, ok
}
