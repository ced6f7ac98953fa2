package terraform

import (
	"crypto/sha256"
	"encoding/hex"
	"sort"
	"strings"

	"github.com/lotus-lake/lotus-gate/validate/parse/hcl"
)

// follows looks through an expression that is only a local, to what that is.
func (x *index) follows(e *hcl.Expression) *hcl.Expression {
	for range maxIndirect {
		local := x.locals[e.Text]
		if local == nil {
			break
		}
		e = local.Expression
	}
	return e
}

// meaning is a text that differs when the value of an expression may: its own text, that of the locals and the
// defaults of the variables it uses, and the hash of each file it reads.
func (x *index) meaning(b *block, e *hcl.Expression) string {
	e = x.follows(e)
	parts := []string{e.Text}
	self := &attribute{Attribute: &hcl.Attribute{Expression: e}}
	variables := map[string]bool{}
	for i, a := range x.reachOf(self) {
		if i > 0 {
			parts = append(parts, a.Name+"="+a.Text)
		}
		for _, ref := range a.References {
			if to := targetOf(ref.Parts); to.kind == "var" && !variables[to.address] {
				variables[to.address] = true
				if d := x.defaults[to.address]; d != nil {
					parts = append(parts, to.address+"="+d.Text)
				}
			}
		}
	}
	for _, file := range x.filesRead(b, self) {
		parts = append(parts, file+"="+x.hash(file))
	}
	sort.Strings(parts[1:])
	return strings.Join(parts, "\x00")
}

func (x *index) hash(file string) string {
	data, err := x.in.Tree.Read(file)
	if err != nil {
		return "unreadable"
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// changedFiles are the files that both versions of an attribute read and whose content differs, and those that only
// one of them reads.
func (d *differ) changedFiles(old *block, was *attribute, b *block, is *attribute) []string {
	contents := map[string]string{}
	for _, file := range d.base.filesRead(old, was) {
		contents[file] = d.base.hash(file)
	}
	var changed []string
	for _, file := range d.head.filesRead(b, is) {
		if contents[file] != d.head.hash(file) {
			changed = append(changed, file)
		}
		delete(contents, file)
	}
	for file := range contents {
		if d.head.hash(file) != contents[file] {
			changed = append(changed, file)
		}
	}
	sort.Strings(changed)
	return changed
}
