package repo

import (
	"bytes"
	"context"
	"fmt"
	"iter"
	"strconv"
	"strings"
	"time"
)

// Commit is what the rules want to know of a commit. Names and subject are the bytes git stores, in any encoding.
type Commit struct {
	Hash          Hash
	Tree          Hash
	Parents       []Hash // none for a root commit and at a shallow boundary
	AuthorTime    time.Time
	CommitterTime time.Time // both in UTC; zero when the commit holds no valid date
	Author        string    // name only
	Subject       string    // first paragraph, its lines joined by spaces
}

// Commit reads a commit. The hash must be a commit's own: Peel an annotated tag first.
func (r *Repo) Commit(h Hash) (Commit, error) {
	data, err := r.objects.typed(h, KindCommit)
	if err != nil {
		return Commit{}, err
	}
	header, message, _ := bytes.Cut(data, []byte("\n\n"))
	l, err := r.parseLinks(h, header)
	if err != nil {
		return Commit{}, err
	}
	c := Commit{Hash: h, Tree: l.tree, Parents: l.parents, Subject: subject(message)}
	for line := range bytes.SplitSeq(l.rest, []byte{'\n'}) {
		key, value, _ := bytes.Cut(line, []byte{' '})
		switch string(key) {
		case "author":
			name, date := person(value)
			c.Author, c.AuthorTime = name, time.Unix(date, 0).UTC()
		case "committer":
			_, date := person(value)
			c.CommitterTime = time.Unix(date, 0).UTC()
			return c, nil
		}
	}
	return c, nil
}

// IsShallow reports whether history ends at a commit because the repository is shallow.
func (r *Repo) IsShallow(h Hash) bool { return r.shallow[h] }

// links are a commit's references to other objects.
type links struct {
	tree    Hash
	parents []Hash
	rest    []byte // the header lines that follow
}

// links reads no more of a commit than what it refers to.
func (r *Repo) links(h Hash) (links, error) {
	data, err := r.objects.typed(h, KindCommit)
	if err != nil {
		return links{}, err
	}
	return r.parseLinks(h, data)
}

// parseLinks hides the parents of a commit at a shallow boundary.
func (r *Repo) parseLinks(h Hash, header []byte) (links, error) {
	l, ok := parseLinks(header)
	if !ok {
		return links{}, corrupt("commit "+h.String(), "malformed header")
	}
	if r.shallow[h] {
		l.parents = nil
	}
	return l, nil
}

// parseLinks reads the lines every commit begins with.
func parseLinks(header []byte) (l links, ok bool) {
	line, rest, _ := bytes.Cut(header, []byte{'\n'})
	name, ok := bytes.CutPrefix(line, []byte("tree "))
	if !ok {
		return l, false
	}
	if l.tree, ok = parseHashBytes(name); !ok {
		return l, false
	}
	for {
		line, after, _ := bytes.Cut(rest, []byte{'\n'})
		name, isParent := bytes.CutPrefix(line, []byte("parent "))
		if !isParent {
			l.rest = rest
			return l, true
		}
		parent, ok := parseHashBytes(name)
		if !ok {
			return l, false
		}
		l.parents, rest = append(l.parents, parent), after
	}
}

// person reads "Name <mail> seconds zone". What is malformed is left empty, as git does.
func person(value []byte) (name string, seconds int64) {
	before, _, _ := bytes.Cut(value, []byte{'<'})
	name = strings.TrimSpace(string(before))
	if i := bytes.LastIndexByte(value, '>'); i >= 0 {
		if fields := bytes.Fields(value[i+1:]); len(fields) > 0 {
			seconds, _ = strconv.ParseInt(string(fields[0]), 10, 64)
		}
	}
	return name, seconds
}

// committerDate finds the committer's date, in seconds since 1970, among header lines.
func committerDate(header []byte) int64 {
	for line := range bytes.SplitSeq(header, []byte{'\n'}) {
		if value, ok := bytes.CutPrefix(line, []byte("committer ")); ok {
			_, seconds := person(value)
			return seconds
		}
	}
	return 0
}

func subject(message []byte) string {
	message = bytes.TrimLeft(message, " \t\r\n")
	first, _, _ := bytes.Cut(message, []byte("\n\n"))
	lines := strings.Split(strings.TrimSpace(string(first)), "\n")
	for i, line := range lines {
		lines[i] = strings.TrimSpace(line)
	}
	return strings.Join(lines, " ")
}

// FirstParent yields a commit and its ancestors along first parents, newest first.
func (r *Repo) FirstParent(ctx context.Context, tip Hash) iter.Seq2[Commit, error] {
	return func(yield func(Commit, error) bool) {
		for h := tip; ; {
			if err := ctx.Err(); err != nil {
				yield(Commit{}, err)
				return
			}
			c, err := r.Commit(h)
			if err != nil {
				yield(Commit{}, fmt.Errorf("first-parent history of %s: %w", tip, err))
				return
			}
			if !yield(c, nil) || len(c.Parents) == 0 {
				return
			}
			h = c.Parents[0]
		}
	}
}

// Kind returns the type of an object and its size in bytes, without reading its content.
func (r *Repo) Kind(h Hash) (Kind, int64, error) { return r.objects.stat(h) }

// maxTagChain bounds tags that point to tags.
const maxTagChain = 1000

// Peel follows annotated tags, however many, to what is tagged, and returns that object's type and name: a commit, for
// the most part, but a tag may also name a tree or a blob. An object that is no tag is returned itself.
func (r *Repo) Peel(h Hash) (Kind, Hash, error) {
	for at, n := h, 0; n < maxTagChain; n++ {
		kind, _, err := r.objects.stat(at)
		if err != nil {
			return 0, Hash{}, err
		}
		if kind != KindTag {
			return kind, at, nil
		}
		data, err := r.objects.typed(at, KindTag)
		if err != nil {
			return 0, Hash{}, err
		}
		line, _, _ := bytes.Cut(data, []byte{'\n'})
		name, _ := bytes.CutPrefix(line, []byte("object "))
		target, ok := parseHashBytes(name)
		if !ok {
			return 0, Hash{}, corrupt("tag "+at.String(), "malformed header")
		}
		at = target
	}
	return 0, Hash{}, corrupt("tag "+h.String(), "chain of more than %d tags", maxTagChain)
}

// Blob returns the content of a blob and its size in bytes. Of one that has more than max bytes it returns the size and
// ErrTooLarge, without inflating it. The content must not be modified.
func (r *Repo) Blob(h Hash, max int64) ([]byte, int64, error) {
	obj, size, err := r.objects.read(h, max)
	if err == nil && obj.kind != KindBlob {
		err = corrupt("object "+h.String(), "is a %s, not a blob", obj.kind)
	}
	if err != nil {
		return nil, size, fmt.Errorf("read blob %s: %w", h, err)
	}
	return obj.data, size, nil
}
