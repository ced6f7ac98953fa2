package repo

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"iter"
)

// Change is one line of `git log -m --raw --no-renames`: how one path of a commit differs from one of its parents.
type Change struct {
	Commit  Hash // zero from Diff
	Parent  Hash // zero for a root commit, all of whose files are added, and from Diff
	Status  byte // 'A' added, 'D' deleted, 'M' modified (content or executable bit), 'T' of another type
	OldMode Mode
	Mode    Mode
	OldBlob Hash // of a submodule: a commit of another repository
	Blob    Hash
	Path    string // any bytes but NUL
}

// Changes yields what a commit changes against each of its parents in turn, in git's order. Nothing can enter a
// repository unseen by it: content that only a merge brings differs from every parent. The sequence ends with an error,
// if there is one. A small commit can hold any number of paths (trees may repeat), so callers that cannot trust the
// repository need a deadline in ctx or a count of their own.
func (r *Repo) Changes(ctx context.Context, c Commit) iter.Seq2[Change, error] {
	return func(yield func(Change, error) bool) {
		parents := c.Parents
		if len(parents) == 0 {
			parents = []Hash{{}}
		}
		for _, parent := range parents {
			d := differ{ctx: ctx, repo: r, yield: yield, commit: c.Hash, parent: parent}
			var tree Hash
			var err error
			if !parent.IsZero() {
				tree, err = r.commitTree(parent)
			}
			if err == nil {
				err = d.trees(tree, c.Tree, 0)
			}
			if errors.Is(err, errStopped) {
				return
			}
			if err != nil {
				yield(Change{}, fmt.Errorf("changes of commit %s: %w", c.Hash, err))
				return
			}
		}
	}
}

// Diff yields the changes from one tree to another, in git's order. Either may also be named by a commit or a tag, or be
// zero for an empty tree. The caution of Changes holds here too.
func (r *Repo) Diff(ctx context.Context, base, tip Hash) iter.Seq2[Change, error] {
	return func(yield func(Change, error) bool) {
		d := differ{ctx: ctx, repo: r, yield: yield}
		from, err := r.treeOf(base)
		var to Hash
		if err == nil {
			to, err = r.treeOf(tip)
		}
		if err == nil {
			err = d.trees(from, to, 0)
		}
		if err != nil && !errors.Is(err, errStopped) {
			yield(Change{}, fmt.Errorf("difference of %s and %s: %w", base, tip, err))
		}
	}
}

// errStopped says that the consumer wants no more.
var errStopped = errors.New("stopped")

// differ compares two trees and descends only where their hashes differ.
type differ struct {
	ctx            context.Context
	repo           *Repo
	yield          func(Change, error) bool
	commit, parent Hash
	path           []byte // of the directory at hand, with a final slash
}

func (d *differ) trees(from, to Hash, depth int) error {
	if from == to {
		return nil
	}
	if err := d.ctx.Err(); err != nil {
		return err
	}
	if depth > maxTreeDepth {
		return corrupt("tree "+to.String(), "more than %d nested directories", maxTreeDepth)
	}
	a, err := d.open(from)
	if err != nil {
		return err
	}
	b, err := d.open(to)
	if err != nil {
		return err
	}
	// Every entry is either equal to the one at hand on the other side or reported: a tree that is not sorted, as only
	// a hostile one is, is reported more than once rather than missed.
	for a.ok || b.ok {
		var order int
		switch {
		case !b.ok:
			order = -1
		case !a.ok:
			order = 1
		default:
			order = comparePaths(a.name, a.mode, b.name, b.mode)
		}
		switch {
		case order < 0:
			err = d.one(&a.treeReader, 'D', depth)
		case order > 0:
			err = d.one(&b.treeReader, 'A', depth)
		default:
			err = d.both(&a.treeReader, &b.treeReader, depth)
		}
		if err == nil && order <= 0 {
			err = a.advance()
		}
		if err == nil && order >= 0 {
			err = b.advance()
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// cursor is a tree reader and whether it stands on an entry.
type cursor struct {
	treeReader
	tree Hash
	ok   bool
}

func (d *differ) open(tree Hash) (cursor, error) {
	t, err := d.repo.openTree(tree)
	if err != nil {
		return cursor{}, err
	}
	c := cursor{treeReader: t, tree: tree}
	return c, c.advance()
}

func (c *cursor) advance() (err error) {
	if c.ok, err = c.next(); err != nil {
		return corrupt("tree "+c.tree.String(), "%w", err)
	}
	return nil
}

// both reports how two entries of one name, both directories or both not, differ.
func (d *differ) both(a, b *treeReader, depth int) error {
	switch {
	case a.hash == b.hash && a.mode == b.mode:
		return nil
	case a.mode == ModeDir:
		return d.descend(b.name, a.hash, b.hash, depth)
	case sameType(a.mode, b.mode):
		return d.report('M', b.name, a, b)
	default:
		return d.report('T', b.name, a, b)
	}
}

// one reports an entry that only one side has: what it is, or all that lies under it.
func (d *differ) one(t *treeReader, status byte, depth int) error {
	var none treeReader
	switch {
	case t.mode == ModeDir && status == 'A':
		return d.descend(t.name, Hash{}, t.hash, depth)
	case t.mode == ModeDir:
		return d.descend(t.name, t.hash, Hash{}, depth)
	case status == 'A':
		return d.report(status, t.name, &none, t)
	default:
		return d.report(status, t.name, t, &none)
	}
}

func (d *differ) descend(name []byte, from, to Hash, depth int) error {
	length := len(d.path)
	d.path = append(append(d.path, name...), '/')
	err := d.trees(from, to, depth+1)
	d.path = d.path[:length]
	return err
}

func (d *differ) report(status byte, name []byte, a, b *treeReader) error {
	path := make([]byte, 0, len(d.path)+len(name))
	change := Change{
		Commit: d.commit, Parent: d.parent, Status: status,
		OldMode: a.mode, Mode: b.mode, OldBlob: a.hash, Blob: b.hash,
		Path: string(append(append(path, d.path...), name...)),
	}
	if !d.yield(change, nil) {
		return errStopped
	}
	return nil
}

// comparePaths orders entries as git does: a directory as if its name ended in a slash, so that a file and a directory
// of one name are two different entries.
func comparePaths(a []byte, aMode Mode, b []byte, bMode Mode) int {
	n := min(len(a), len(b))
	if c := bytes.Compare(a[:n], b[:n]); c != 0 {
		return c
	}
	if c := int(byteAfter(a, aMode, n)) - int(byteAfter(b, bMode, n)); c != 0 {
		return c
	}
	return len(a) - len(b) // only a hostile name holds a slash
}

func byteAfter(name []byte, mode Mode, n int) byte {
	switch {
	case n < len(name):
		return name[n]
	case mode == ModeDir:
		return '/'
	default:
		return 0
	}
}
