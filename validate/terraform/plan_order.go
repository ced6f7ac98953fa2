package terraform

import (
	"sort"
	"strings"

	"github.com/lotus-lake/lotus-gate/validate/parse/hcl"
)

// propagate follows replacements: what refers to the id of a replaced resource changes too, and is replaced itself
// where that argument cannot change.
func (d *differ) propagate() {
	after, order := d.head.resources()
	for settled := false; !settled; {
		settled = true
		for _, address := range order {
			b := after[address]
			c := d.changes[address]
			if b.kind == "module" || c != nil && c.Action != ActionUpdate && c.Action != ActionMove {
				continue
			}
			if reason, action := d.consequence(b); action != "" && (c == nil || c.Action != action) {
				if c == nil {
					c = &Change{Address: address, Instances: d.head.instances(b)}
					d.changes[address] = c
				}
				c.Action, c.Reasons, settled = action, append(c.Reasons, reason), false
			}
		}
	}
}

// consequence is what the replacements so far mean for a block; no action when they mean nothing.
func (d *differ) consequence(b *block) (reason string, action Action) {
	ignored := ignoredChanges(b)
	for _, a := range b.attributes {
		top := strings.SplitN(a.path, ".", 2)[0]
		triggered := a.path == "lifecycle.replace_triggered_by"
		if notPlanned[top] && !triggered || ignored[top] || ignored["all"] {
			continue
		}
		for i := range a.Leaves {
			path := a.leafPath(&a.Leaves[i])
			value := &attribute{Attribute: &hcl.Attribute{Expression: a.Leaves[i].Expression}}
			for _, dependency := range d.head.reachOf(value) {
				for _, ref := range dependency.References {
					to := d.changes[targetOf(ref.Parts).address]
					switch {
					case to == nil:
					case triggered && (to.Action == ActionReplace || to.Action == ActionUpdate):
						return "replace_triggered_by " + to.Address, ActionReplace
					case to.Action == ActionReplace && !triggered && isIdentity(ref.Parts):
						if forcesReplacement(b, path) {
							return path + ": " + to.Address + " is replaced, which forces replacement", ActionReplace
						}
						reason, action = path+": "+to.Address+" is replaced", ActionUpdate
					}
				}
			}
		}
	}
	return reason, action
}

// isIdentity tells whether a reference takes what a new object has anew: its id, or all of it.
func isIdentity(parts []string) bool {
	last := parts[len(parts)-1]
	return len(parts) < 3 || last == "id" || strings.HasSuffix(last, "_id")
}

// plan orders and counts the changes.
func (d *differ) plan() Plan {
	p := Plan{Changes: []Change{}}
	for _, address := range reversed(dependencyOrder(d.base)) {
		if c := d.changes[address]; c != nil && (c.Action == ActionDestroy || c.Action == ActionForget) {
			p.Changes = append(p.Changes, *c)
			delete(d.changes, address)
		}
	}
	for _, x := range []*index{d.head, d.base} {
		for _, address := range dependencyOrder(x) {
			if c := d.changes[address]; c != nil {
				p.Changes = append(p.Changes, *c)
				delete(d.changes, address)
			}
		}
	}
	for i := range p.Changes {
		c := &p.Changes[i]
		if c.Reasons == nil {
			c.Reasons = []string{}
		}
		n := max(c.Instances, 0)
		switch c.Action {
		case ActionCreate:
			p.Add += n
		case ActionUpdate:
			p.Change += n
		case ActionDestroy:
			p.Destroy += n
		case ActionReplace:
			p.Add += n
			p.Destroy += n
		case ActionImport:
			p.Import += n
		}
	}
	return p
}

func reversed(all []string) []string {
	out := make([]string, len(all))
	for i, a := range all {
		out[len(all)-1-i] = a
	}
	return out
}

// dependencyOrder lists the resources of a module, each after those that it refers to, otherwise by address.
func dependencyOrder(x *index) []string {
	byAddress, order := x.resources()
	sort.Strings(order)
	var sorted []string
	seen := map[string]bool{}
	var visit func(address string)
	visit = func(address string) {
		b := byAddress[address]
		if b == nil || seen[address] {
			return
		}
		seen[address] = true
		var needs []string
		for _, a := range x.reachOf(b.attributes...) {
			for _, ref := range a.References {
				needs = append(needs, targetOf(ref.Parts).address)
			}
		}
		sort.Strings(needs)
		for _, need := range needs {
			visit(need)
		}
		sorted = append(sorted, address)
	}
	for _, address := range order {
		visit(address)
	}
	return sorted
}
