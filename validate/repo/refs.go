package repo

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Ref is a reference and what it names.
type Ref struct {
	Name string // full: HEAD, refs/heads/main, …
	Hash Hash   // as stored, which may be an annotated tag's; zero if the reference is broken
}

// maxSymrefs is how many symbolic references git follows.
const maxSymrefs = 5

// RefTips lists what `git rev-list --all` starts from: every reference, sorted by name, and the HEAD of each working
// tree, whose names are all "HEAD". No object is read: names are as stored, and NewCommits peels them. A reference whose
// file holds no object name is listed with the zero Hash, which NewCommits ignores as an exclusion and refuses as an
// inclusion. One that leads to no reference, as HEAD of a new repository does, is not listed.
func (r *Repo) RefTips() ([]Ref, error) {
	found := make(map[string]string)
	if err := r.looseRefs(found); err != nil {
		return nil, err
	}
	// Loose references first: one that a concurrent `git pack-refs` moves is then seen in one place or in both.
	packed, err := r.packedRefs()
	if err != nil {
		return nil, err
	}
	for name, value := range packed {
		if _, loose := found[name]; !loose {
			found[name] = value
		}
	}
	var tips []Ref
	heads, err := r.heads()
	if err != nil {
		return nil, err
	}
	for _, value := range heads {
		if h, ok := follow(found, value); ok {
			tips = append(tips, Ref{"HEAD", h})
		}
	}
	for _, name := range slices.Sorted(maps.Keys(found)) {
		if h, ok := follow(found, found[name]); ok {
			tips = append(tips, Ref{name, h})
		}
	}
	return tips, nil
}

// follow resolves the content of a reference among all; ok is false if it leads to a reference that does not exist.
func follow(all map[string]string, value string) (h Hash, ok bool) {
	for range maxSymrefs {
		target, symbolic := strings.CutPrefix(value, "ref:")
		if !symbolic {
			return refHash(value), true
		}
		if value, ok = all[strings.TrimSpace(target)]; !ok {
			return Hash{}, false
		}
	}
	return Hash{}, true
}

// Target returns the full name of the reference that a name stands for, when symbolic ones are followed, be it there or
// not: what a push to that name moves.
func (r *Repo) Target(name string) (string, error) {
	for range maxSymrefs {
		value, ok, err := r.refValue(name)
		if err != nil {
			return "", err
		}
		target, symbolic := strings.CutPrefix(value, "ref:")
		if !ok || !symbolic {
			return name, nil
		}
		name = strings.TrimSpace(target)
	}
	return "", corrupt("reference "+name, "more than %d symbolic references", maxSymrefs)
}

// refHash reads the object name a reference file begins with, or gives zero.
func refHash(value string) Hash {
	name, _, _ := strings.Cut(strings.TrimSpace(value), " ")
	h, err := ParseHash(name)
	if err != nil {
		return Hash{}
	}
	return h
}

// heads returns the content of the HEAD of this and every other working tree.
func (r *Repo) heads() ([]string, error) {
	paths := []string{filepath.Join(r.gitDir, "HEAD")}
	if r.gitDir != r.commonDir {
		paths = append(paths, filepath.Join(r.commonDir, "HEAD"))
	}
	linked, err := os.ReadDir(filepath.Join(r.commonDir, "worktrees"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("list working trees: %w", err)
	}
	for _, e := range linked {
		if dir := filepath.Join(r.commonDir, "worktrees", e.Name()); dir != r.gitDir {
			paths = append(paths, filepath.Join(dir, "HEAD"))
		}
	}
	var heads []string
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("read HEAD: %w", err)
		}
		heads = append(heads, string(data))
	}
	return heads, nil
}

// perWorkTree are the references each working tree has for itself.
var perWorkTree = []string{"refs/bisect/", "refs/rewritten/", "refs/worktree/"}

func isPerWorkTree(name string) bool {
	return slices.ContainsFunc(perWorkTree, func(prefix string) bool { return strings.HasPrefix(name+"/", prefix) })
}

// looseRefs adds the references that are files of their own.
func (r *Repo) looseRefs(found map[string]string) error {
	shared := func(name string) bool { return r.gitDir == r.commonDir || !isPerWorkTree(name) }
	if err := refFiles(r.commonDir, "refs", shared, found); err != nil {
		return err
	}
	if r.gitDir == r.commonDir {
		return nil
	}
	return refFiles(r.gitDir, "refs", func(name string) bool { return name == "refs" || isPerWorkTree(name) }, found)
}

func refFiles(dir, name string, wanted func(string) bool, found map[string]string) error {
	entries, err := os.ReadDir(filepath.Join(dir, name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("list references: %w", err)
	}
	for _, e := range entries {
		child := name + "/" + e.Name()
		switch {
		case strings.HasPrefix(e.Name(), ".") || strings.HasSuffix(e.Name(), ".lock") || !wanted(child):
		case e.IsDir():
			if err := refFiles(dir, child, wanted, found); err != nil {
				return err
			}
		default:
			data, err := os.ReadFile(filepath.Join(dir, child))
			if errors.Is(err, fs.ErrNotExist) {
				continue
			}
			if err != nil {
				return fmt.Errorf("read reference: %w", err)
			}
			found[child] = string(data)
		}
	}
	return nil
}

// packedRefs reads the references that are lines of one file.
func (r *Repo) packedRefs() (map[string]string, error) {
	path := filepath.Join(r.commonDir, "packed-refs")
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read packed references: %w", err)
	}
	refs := make(map[string]string, bytes.Count(data, []byte{'\n'}))
	for line := range strings.Lines(string(data)) {
		line = strings.TrimRight(line, "\r\n")
		if line == "" || line[0] == '#' || line[0] == '^' {
			continue
		}
		hash, name, ok := strings.Cut(line, " ")
		if !ok || len(hash) != 2*hashSize {
			return nil, corrupt(path, "malformed line %q", line)
		}
		refs[name] = hash
	}
	return refs, nil
}

// ref reads one reference by its full name, following symbolic ones; ok is false if there is none.
func (r *Repo) ref(name string) (h Hash, ok bool, err error) {
	for range maxSymrefs + 1 {
		value, ok, err := r.refValue(name)
		if err != nil || !ok {
			return Hash{}, false, err
		}
		target, symbolic := strings.CutPrefix(value, "ref:")
		if !symbolic {
			if h := refHash(value); !h.IsZero() {
				return h, true, nil
			}
			return Hash{}, false, corrupt("reference "+name, "holds no object name")
		}
		name = strings.TrimSpace(target)
	}
	return Hash{}, false, corrupt("reference "+name, "more than %d symbolic references", maxSymrefs)
}

func (r *Repo) refValue(name string) (string, bool, error) {
	dir := r.gitDir
	if strings.HasPrefix(name, "refs/") && !isPerWorkTree(name) {
		dir = r.commonDir
	}
	path := filepath.Join(dir, filepath.FromSlash(name))
	if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() {
		data, err := os.ReadFile(path)
		if err == nil {
			return string(data), true, nil
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return "", false, fmt.Errorf("read reference: %w", err)
		}
	}
	packed, err := r.packedRefs()
	if err != nil {
		return "", false, err
	}
	value, ok := packed[name]
	return value, ok, nil
}
