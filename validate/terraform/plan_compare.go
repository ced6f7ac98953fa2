package terraform

import (
	"sort"
	"strings"
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
				all[path].e = append(all[path].e, x.meaning(from, a.Leaves[i].Expression))
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
