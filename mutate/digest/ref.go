// Package digest says what a pod template uses of Secrets and ConfigMaps, and turns the values in use into digests that cannot be reversed.
package digest

import (
	"slices"
	"strings"

	"github.com/lotus-lake/lotus-gate/tofu"
)

// Kinds of objects that a reference can name.
const (
	Secret    = "Secret"
	ConfigMap = "ConfigMap"
)

// Key is one data key in use.
type Key struct {
	Name string
	// Optional: every use of the key lets pods start without it.
	Optional bool
}

// Ref is everything that one pod template or Terraform object uses of one Secret or ConfigMap of its namespace.
type Ref struct {
	Kind, Name string
	// All keys are in use. Keys then lists only those that must be there.
	All bool
	// Keys in use, sorted by name, each once.
	Keys []Key
	// Optional: every use lets pods start without the object.
	Optional bool
}

// ID names the reference inside its namespace: "Secret/a".
func (r Ref) ID() string { return r.Kind + "/" + r.Name }

// Merge joins uses of the same object: all keys win over some, and what one use requires is required. Sorted by ID; generated and nameless objects are left out.
// The argument is not changed.
func Merge(uses []Ref) []Ref {
	c := collector{}
	for _, use := range uses {
		c.add(use)
	}
	return c.refs()
}

// collector merges uses as they are found, in time that grows with their number.
type collector map[string]*object

type object struct {
	kind, name    string
	all, optional bool
	keys          map[string]bool // name -> optional
}

func (c collector) add(use Ref) {
	if use.Name == "" || tofu.HoldsState(use.Name) { // every run writes its state and plan anew
		return
	}
	o := c[use.ID()]
	if o == nil {
		o = &object{kind: use.Kind, name: use.Name, optional: true, keys: map[string]bool{}}
		c[use.ID()] = o
	}
	o.all = o.all || use.All
	o.optional = o.optional && use.Optional
	for _, key := range use.Keys {
		optional, seen := o.keys[key.Name]
		o.keys[key.Name] = key.Optional && (optional || !seen)
	}
}

func (c collector) refs() []Ref {
	refs := make([]Ref, 0, len(c))
	for _, o := range c {
		ref := Ref{Kind: o.kind, Name: o.name, All: o.all, Optional: o.optional}
		for name, optional := range o.keys {
			if !o.all || !optional {
				ref.Keys = append(ref.Keys, Key{Name: name, Optional: optional})
			}
		}
		slices.SortFunc(ref.Keys, func(a, b Key) int { return strings.Compare(a.Name, b.Name) })
		refs = append(refs, ref)
	}
	slices.SortFunc(refs, func(a, b Ref) int { return strings.Compare(a.ID(), b.ID()) })
	return refs
}
