package repo

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
)

// maxTreeDepth bounds nested trees; it is the default of git's core.maxTreeDepth.
const maxTreeDepth = 2048

// Entry is a file, symlink, submodule or directory in a tree.
type Entry struct {
	Path string // from the root, separated by slashes; any bytes but NUL
	Mode Mode
	Hash Hash // of a submodule: the commit, which is in another repository
}

// treeReader reads the entries of a tree object, which is a sequence of "<octal mode> <name>\x00<20 byte hash>".
type treeReader struct {
	data []byte
	name []byte // shares the tree's bytes
	mode Mode
	hash Hash
}

var errTree = errors.New("malformed tree")

// next moves to the next entry; ok is false at the end.
func (t *treeReader) next() (ok bool, err error) {
	if len(t.data) == 0 {
		return false, nil
	}
	var mode uint32
	i := 0
	for ; i < len(t.data) && t.data[i] != ' '; i++ {
		if t.data[i] < '0' || t.data[i] > '7' || i > 6 {
			return false, errTree
		}
		mode = mode<<3 | uint32(t.data[i]-'0')
	}
	if i == 0 || i == len(t.data) {
		return false, errTree
	}
	name, rest, ok := bytes.Cut(t.data[i+1:], []byte{0})
	if !ok || len(name) == 0 || len(rest) < hashSize {
		return false, errTree
	}
	t.name, t.mode = name, canonicalMode(mode)
	t.hash, t.data = Hash(rest[:hashSize]), rest[hashSize:]
	return true, nil
}

func (r *Repo) openTree(h Hash) (treeReader, error) {
	if h.IsZero() {
		return treeReader{}, nil
	}
	data, err := r.objects.tree(h)
	return treeReader{data: data}, err
}

// treeOf returns the tree of a commit, tag or tree.
func (r *Repo) treeOf(h Hash) (Hash, error) {
	if h.IsZero() {
		return h, nil
	}
	kind, target, err := r.Peel(h)
	if err != nil {
		return Hash{}, err
	}
	switch kind {
	case KindTree:
		return target, nil
	case KindCommit:
		return r.commitTree(target)
	default:
		return Hash{}, fmt.Errorf("%s is a %s and has no tree", h, kind)
	}
}

func (r *Repo) commitTree(h Hash) (Hash, error) {
	l, err := r.links(h)
	return l.tree, err
}

// Walk calls fn for what lies under the directory prefix ("" for all) of a tree, or of a commit's or tag's tree, in
// git's order; a directory comes before what it holds. When fn returns fs.SkipDir for a directory, what it holds is left
// out; fs.SkipAll ends the walk without an error. Without such a directory there is nothing to walk, and no error.
func (r *Repo) Walk(ctx context.Context, tree Hash, prefix string, fn func(Entry) error) error {
	root, err := r.treeOf(tree)
	if err != nil {
		return err
	}
	if prefix = strings.Trim(prefix, "/"); prefix != "" {
		at, ok, err := r.Entry(root, prefix)
		if err != nil || !ok || at.Mode != ModeDir {
			return err
		}
		root, prefix = at.Hash, prefix+"/"
	}
	if err := r.walk(ctx, root, prefix, 0, fn); !errors.Is(err, fs.SkipAll) {
		return err
	}
	return nil
}

func (r *Repo) walk(ctx context.Context, tree Hash, prefix string, depth int, fn func(Entry) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if depth > maxTreeDepth {
		return corrupt("tree "+tree.String(), "more than %d nested directories", maxTreeDepth)
	}
	t, err := r.openTree(tree)
	if err != nil {
		return err
	}
	for {
		ok, err := t.next()
		if err != nil {
			return corrupt("tree "+tree.String(), "%w", err)
		}
		if !ok {
			return nil
		}
		e := Entry{Path: prefix + string(t.name), Mode: t.mode, Hash: t.hash}
		err = fn(e)
		if e.Mode == ModeDir && err == nil {
			err = r.walk(ctx, e.Hash, e.Path+"/", depth+1, fn)
		}
		if err != nil && (!errors.Is(err, fs.SkipDir) || e.Mode != ModeDir) {
			return err
		}
	}
}

// Entry finds what a tree, or a commit's or tag's tree, has at a path; ok is false if there is nothing.
func (r *Repo) Entry(tree Hash, path string) (e Entry, ok bool, err error) {
	at, err := r.treeOf(tree)
	if err != nil {
		return Entry{}, false, err
	}
	e = Entry{Mode: ModeDir, Hash: at}
	for name := range strings.SplitSeq(path, "/") {
		if e.Mode != ModeDir {
			return Entry{}, false, nil
		}
		if e, ok, err = r.child(e.Hash, name); err != nil || !ok {
			return Entry{}, false, err
		}
	}
	e.Path = path
	return e, true, nil
}

func (r *Repo) child(tree Hash, name string) (Entry, bool, error) {
	t, err := r.openTree(tree)
	if err != nil {
		return Entry{}, false, err
	}
	for {
		ok, err := t.next()
		if err != nil {
			return Entry{}, false, corrupt("tree "+tree.String(), "%w", err)
		}
		if !ok {
			return Entry{}, false, nil
		}
		if string(t.name) == name {
			return Entry{Mode: t.mode, Hash: t.hash}, true, nil
		}
	}
}
