package repo

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"
)

// Resolve finds what a revision names: a reference by its full or short name, HEAD or @, a full or abbreviated object
// name, "describe" output, and any of these followed by ~, ~N, ^, ^N, ^0, ^{}, ^{commit}, ^{tree}, ^{blob}, ^{tag}, ^{object}. What
// comes out is a commit, with tags peeled, unless a suffix asks for another kind. Revisions that need the reflog, a
// search or an upstream are refused.
func (r *Repo) Resolve(rev string) (Hash, error) {
	base, suffixes, _ := cutSuffixes(rev)
	h, err := r.base(base)
	if err != nil {
		return Hash{}, fmt.Errorf("revision %q: %w", rev, err)
	}
	kind := KindCommit
	for suffixes != "" {
		if h, kind, suffixes, err = r.suffix(h, suffixes); err != nil {
			return Hash{}, fmt.Errorf("revision %q: %w", rev, err)
		}
	}
	if kind != KindCommit {
		return h, nil
	}
	if h, err = r.peelTo(h, KindCommit); err != nil {
		return Hash{}, fmt.Errorf("revision %q: %w", rev, err)
	}
	return h, nil
}

func cutSuffixes(rev string) (base, suffixes string, found bool) {
	if i := strings.IndexAny(rev, "~^"); i >= 0 {
		return rev[:i], rev[i:], true
	}
	return rev, "", false
}

// base resolves a revision without suffixes, trying what git tries in its order.
func (r *Repo) base(name string) (Hash, error) {
	if strings.Contains(name, "@{") || strings.ContainsAny(name, ":\x00") {
		return Hash{}, fmt.Errorf("%w: name a commit, a branch, a tag or HEAD", ErrUnknownRevision)
	}
	if name == "@" {
		name = "HEAD"
	}
	if h, err := ParseHash(name); err == nil {
		return h, nil
	}
	if isRefName(name) {
		for _, pattern := range plumbing.RefRevParseRules {
			full := fmt.Sprintf(pattern, name)
			if !strings.HasPrefix(full, "refs/") && strings.Trim(full, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_") != "" {
				continue // only HEAD and its like lie outside of refs
			}
			if h, ok, err := r.ref(full); ok || err != nil {
				return h, err
			}
		}
	}
	if i := strings.LastIndex(name, "-g"); i > 0 { // git describe
		if h, err := r.abbreviated(name[i+2:]); err == nil {
			return h, nil
		}
	}
	return r.abbreviated(name)
}

// isRefName refuses what git does not accept in the name of a reference, above all what would leave the repository.
func isRefName(name string) bool {
	if name == "" || strings.ContainsAny(name, " ~^:?*[\\\x7f") {
		return false
	}
	for part := range strings.SplitSeq(name, "/") {
		if part == "" || part[0] == '.' || strings.Contains(part, "..") || strings.HasSuffix(part, ".lock") {
			return false
		}
	}
	return !strings.ContainsFunc(name, func(c rune) bool { return c < ' ' })
}

// abbreviated finds the object whose name begins with at least four hexadecimal digits. Among several, the only one
// that leads to a commit is meant.
func (r *Repo) abbreviated(digits string) (Hash, error) {
	var prefix Hash
	padded := digits + strings.Repeat("0", max(0, 2*hashSize-len(digits)))
	if _, err := hex.Decode(prefix[:], []byte(padded)[:2*hashSize]); err != nil || len(digits) < 4 || len(digits) >= 2*hashSize {
		return Hash{}, ErrUnknownRevision
	}
	var found []Hash
	for _, d := range r.objects.dirs {
		names, err := d.withPrefix(prefix, len(digits))
		if err != nil {
			return Hash{}, err
		}
		found = append(found, names...)
	}
	slices.SortFunc(found, func(a, b Hash) int { return bytes.Compare(a[:], b[:]) })
	found = slices.Compact(found)
	if len(found) > 1 {
		var commits []Hash
		for _, h := range found {
			if _, err := r.peelTo(h, KindCommit); err == nil {
				commits = append(commits, h)
			}
		}
		if len(commits) > 0 {
			found = commits
		}
	}
	switch len(found) {
	case 0:
		return Hash{}, ErrUnknownRevision
	case 1:
		return found[0], nil
	default:
		return Hash{}, fmt.Errorf("%w: ambiguous, it may be %v", ErrUnknownRevision, found)
	}
}

// suffix applies the first of some suffixes and returns the others, and the kind of object wanted in the end.
func (r *Repo) suffix(h Hash, suffixes string) (Hash, Kind, string, error) {
	if rest, ok := strings.CutPrefix(suffixes, "^{"); ok {
		what, rest, ok := strings.Cut(rest, "}")
		if !ok {
			return Hash{}, 0, "", ErrUnknownRevision
		}
		h, kind, err := r.peelNamed(h, what)
		return h, kind, rest, err
	}
	sign, rest := suffixes[0], suffixes[1:]
	digits := rest[:len(rest)-len(strings.TrimLeft(rest, "0123456789"))]
	rest = rest[len(digits):]
	n := 1
	if digits != "" {
		var err error
		if n, err = strconv.Atoi(digits); err != nil {
			return Hash{}, 0, "", ErrUnknownRevision
		}
	}
	if rest != "" && rest[0] != '~' && rest[0] != '^' {
		return Hash{}, 0, "", ErrUnknownRevision
	}
	h, err := r.peelTo(h, KindCommit)
	if err == nil && sign == '^' && n > 0 {
		h, err = r.parent(h, n)
	}
	for ; err == nil && sign == '~' && n > 0; n-- {
		h, err = r.parent(h, 1)
	}
	return h, KindCommit, rest, err
}

func (r *Repo) parent(h Hash, n int) (Hash, error) {
	links, err := r.links(h)
	if err != nil {
		return Hash{}, err
	}
	if n > len(links.parents) {
		return Hash{}, fmt.Errorf("%w: commit %s has %d parents", ErrUnknownRevision, h, len(links.parents))
	}
	return links.parents[n-1], nil
}

// peelNamed does what is between the braces of ^{…}.
func (r *Repo) peelNamed(h Hash, what string) (Hash, Kind, error) {
	switch what {
	case "":
		kind, h, err := r.Peel(h)
		return h, kind, err
	case "object":
		kind, _, err := r.Kind(h)
		if kind == KindCommit {
			kind = plumbing.AnyObject
		}
		return h, kind, err
	case "commit", "tree", "blob", "tag":
		kind := looseKinds[what]
		h, err := r.peelTo(h, kind)
		return h, kind, err
	default:
		return Hash{}, 0, ErrUnknownRevision
	}
}

// peelTo follows tags, and a commit to its tree, until it meets an object of a kind.
func (r *Repo) peelTo(h Hash, kind Kind) (Hash, error) {
	have, _, err := r.Kind(h)
	if err != nil || have == kind {
		return h, err
	}
	have, target, err := r.Peel(h)
	if err != nil {
		return Hash{}, err
	}
	switch {
	case have == kind:
		return target, nil
	case kind == KindTree && have == KindCommit:
		return r.commitTree(target)
	default:
		return Hash{}, fmt.Errorf("%w: %s is a %s, not a %s", ErrUnknownRevision, h, have, kind)
	}
}
