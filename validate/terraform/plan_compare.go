package terraform

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"sort"
	"strconv"
	"strings"

	"github.com/lotus-lake/lotus-gate/validate/parse"
)

// forcesNew are the arguments that an existing object cannot change: the providers mark them "Requires replacement".
var forcesNew = map[string][]string{
	"airbyte_source":      {"workspace_id", "source_definition_id", "definition_id"},
	"airbyte_destination": {"workspace_id", "destination_definition_id", "definition_id"},
	"airbyte_connection":  {"source_id", "destination_id"},
	"null_resource":       {"triggers"},
	"terraform_data":      {"triggers_replace"},
}

// forcesReplacement tells whether a change below path replaces the resource.
func forcesReplacement(b *block, path string) bool {
	for _, argument := range forcesNew[first(b.labels)] {
		if path == argument || strings.HasPrefix(path, argument+".") {
			return true
		}
	}
	return false
}

// notPlanned are arguments that change nothing about an object.
var notPlanned = map[string]bool{"lifecycle": true, "depends_on": true, "provider": true, "provisioner": true, "connection": true, "count": true, "for_each": true}

// compare plans one resource that both versions have, or returns nil when nothing changes.
func (d *differ) compare(old, b *block) *Change {
	c := &Change{Action: ActionUpdate, Address: b.address, Instances: d.head.instances(b)}
	if old.address != b.address {
		c.From = old.address
	}
	if b.kind == "module" {
		if len(d.differences(old, b)) == 0 {
			return nil
		}
		return &Change{Action: ActionUnknown, Address: b.address, Instances: -1, Reasons: []string{"the module call changed: what it holds is not looked into"}}
	}
	if done := d.compareCount(old, b, c); done != nil {
		return done
	}
	for _, change := range d.differences(old, b) {
		reason := change.path + " changed"
		if len(change.files) > 0 {
			reason = change.path + ": " + strings.Join(change.files, ", ") + " changed"
		}
		if forcesReplacement(b, change.path) {
			c.Action, reason = ActionReplace, reason+", which forces replacement"
		}
		c.Reasons = append(c.Reasons, reason)
	}
	switch {
	case len(c.Reasons) > 0:
		return c
	case c.From != "":
		c.Action = ActionMove
		return c
	}
	return nil
}

// compareCount handles a change of the number of objects; nil when their number stays.
func (d *differ) compareCount(old, b *block, c *Change) *Change {
	before, after := d.base.instances(old), d.head.instances(b)
	switch {
	case before >= 0 && after >= 0 && before != after:
		reason := "from " + strconv.Itoa(before) + " to " + strconv.Itoa(after) + " instances"
		if after > before {
			return &Change{Action: ActionCreate, Address: b.address, From: c.From, Instances: after - before, Reasons: []string{reason}}
		}
		return &Change{Action: ActionDestroy, Address: b.address, From: c.From, Instances: before - after, Reasons: []string{reason}}
	case before >= 0 && after >= 0:
		return nil
	}
	for _, name := range []string{"count", "for_each"} {
		was, is := old.attribute(name), b.attribute(name)
		if was == nil && is == nil {
			continue
		}
		reason := name + " changed"
		if was != nil && is != nil {
			if d.base.meaning(old, was.HCLExpression) == d.head.meaning(b, is.HCLExpression) {
				continue
			}
			if files := d.changedFiles(old, was, b, is); len(files) > 0 {
				reason = name + ": " + strings.Join(files, ", ") + " changed"
			}
		}
		return &Change{Action: ActionUnknown, Address: b.address, From: c.From, Instances: -1, Reasons: []string{reason}}
	}
	return nil
}

// instances is the number of objects of a block, -1 when it is not written out.
func (x *index) instances(b *block) int {
	if a := b.attribute("count"); a != nil {
		if n, ok := x.follows(a.HCLExpression).Value.(json.Number); ok {
			if i, err := strconv.Atoi(string(n)); err == nil {
				return i
			}
		}
		return -1
	}
	if a := b.attribute("for_each"); a != nil {
		of := x.follow(a.Collection, 0)
		switch {
		case of == nil || of.Fileset != nil:
			return -1
		case of.Keys != nil:
			return len(of.Keys)
		}
		return len(of.Values)
	}
	return 1
}

// difference is one value that differs; files are those whose content made it differ.
type difference struct {
	path  string
	files []string
}

// differences compares all values of two blocks, but those that Terraform is told to ignore.
func (d *differ) differences(old, b *block) []difference {
	ignored := ignoredChanges(b)
	type value struct {
		b *block
		a *attribute
		e []string
	}
	collect := func(x *index, from *block) map[string]*value {
		all := map[string]*value{}
		for _, a := range from.attributes {
			top := strings.SplitN(a.path, ".", 2)[0]
			if notPlanned[top] || ignored[top] || ignored["all"] {
				continue
			}
			for i := range a.Leaves {
				path := a.leafPath(&a.Leaves[i])
				if all[path] == nil {
					all[path] = &value{b: from, a: a}
				}
				all[path].e = append(all[path].e, x.meaning(from, a.Leaves[i].HCLExpression))
			}
		}
		return all
	}
	before, after := collect(d.base, old), collect(d.head, b)
	var found []difference
	for path, is := range after {
		was := before[path]
		switch {
		case was == nil:
			found = append(found, difference{path: path})
		case strings.Join(was.e, "\n") != strings.Join(is.e, "\n"):
			found = append(found, difference{path: path, files: d.changedFiles(was.b, was.a, is.b, is.a)})
		}
	}
	for path := range before {
		if after[path] == nil {
			found = append(found, difference{path: path})
		}
	}
	sort.Slice(found, func(i, j int) bool { return found[i].path < found[j].path })
	return found
}

func ignoredChanges(b *block) map[string]bool {
	ignored := map[string]bool{}
	if a := b.attribute("lifecycle.ignore_changes"); a != nil {
		for _, ref := range a.References {
			ignored[ref.Parts[0]] = true
		}
	}
	return ignored
}

// follows looks through an expression that is only a local, to what that is.
func (x *index) follows(e *parse.HCLExpression) *parse.HCLExpression {
	for range maxIndirect {
		local := x.locals[e.Text]
		if local == nil {
			break
		}
		e = local.HCLExpression
	}
	return e
}

// meaning is a text that differs when the value of an expression may: its own text, that of the locals and the
// defaults of the variables it uses, and the hash of each file it reads.
func (x *index) meaning(b *block, e *parse.HCLExpression) string {
	e = x.follows(e)
	parts := []string{e.Text}
	self := &attribute{HCLAttribute: &parse.HCLAttribute{HCLExpression: e}}
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
