package terraform

import (
	"path"
	"sort"
	"strings"
)

// unstable are the functions whose result differs at every run.
var unstable = map[string]bool{"timestamp": true, "plantimestamp": true, "uuid": true, "bcrypt": true}

// findResets reports the resources that act when files of a streams directory say so: null_resource and terraform_data
// whose count, for_each or triggers depend on those files, directly or through locals.
func (x *index) findResets(m *Module) {
	for _, b := range x.blocks {
		if b.kind != "resource" || b.labels[0] != "null_resource" && b.labels[0] != "terraform_data" {
			continue
		}
		var triggers []*attribute
		for _, a := range b.attributes {
			switch a.path {
			case "count", "for_each", "triggers", "triggers_replace", "input":
				triggers = append(triggers, a)
			}
		}
		directories := x.streamDirectories(b, triggers)
		if len(directories) == 0 {
			continue
		}
		m.Resets = append(m.Resets, Reset{
			Address: b.address, At: b.at, Directories: directories, Connections: x.connectionsOf(b), Unstable: x.unstableCalls(triggers),
		})
	}
}

// streamDirectories are the directories below Streams whose files the attributes depend on.
func (x *index) streamDirectories(b *block, triggers []*attribute) []string {
	found := map[string]bool{}
	for _, a := range x.reachOf(triggers...) {
		for i := range a.Reads {
			read := &a.Reads[i]
			for _, p := range x.places(read.Path, eachOf(b), 0) {
				files := x.filesAt(p, read)
				for _, file := range files {
					found[path.Dir(file)] = true
				}
				if dir := p.path; read.Call == "fileset" && len(files) == 0 {
					found[dir] = true
				}
			}
		}
	}
	directories := []string{}
	for dir := range found {
		if strings.HasPrefix(dir, strings.TrimSuffix(x.in.Streams, "/")+"/") {
			directories = append(directories, dir)
		}
	}
	sort.Strings(directories)
	return directories
}

// connectionsOf are the Airbyte connections that a block mentions, directly or through locals.
func (x *index) connectionsOf(b *block) []string {
	found := map[string]bool{}
	for _, a := range x.reachOf(b.attributes...) {
		for _, ref := range a.References {
			if to := targetOf(ref.Parts); strings.HasPrefix(to.address, "airbyte_connection.") && !to.short {
				found[to.address] = true
			}
		}
	}
	connections := make([]string, 0, len(found))
	for address := range found {
		connections = append(connections, address)
	}
	sort.Strings(connections)
	return connections
}

func (x *index) unstableCalls(triggers []*attribute) []Unstable {
	calls := []Unstable{}
	for _, a := range x.reachOf(triggers...) {
		for _, call := range a.Calls {
			if unstable[call.Name] {
				calls = append(calls, Unstable{Call: call.Name, At: a.position(call.At)})
			}
		}
	}
	return calls
}
