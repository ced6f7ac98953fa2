package terraform

import (
	"sort"
	"strings"

	"github.com/lotus-lake/lotus-gate/validate/parse/hcl"
)

// target is what a reference leads to.
type target struct {
	kind    string // "resource", "data", "var", "local", "module"; "" for what Terraform provides
	address string
	short   bool // too short to name anything: `airbyte_source` alone
}

// provided are the roots that are no declarations: https://developer.hashicorp.com/terraform/language/expressions/references
var provided = map[string]bool{"each": true, "count": true, "self": true, "path": true, "terraform": true, "tofu": true, "action": true}

// targetOf tells what the parts of a traversal name.
func targetOf(parts []string) target {
	kinds := map[string]string{"var": "var", "local": "local", "module": "module"}
	root := parts[0]
	switch {
	case provided[root]:
		return target{address: strings.Join(parts, ".")}
	case kinds[root] != "":
		if len(parts) < 2 {
			return target{kind: kinds[root], address: root, short: true}
		}
		return target{kind: kinds[root], address: root + "." + parts[1]}
	case root == "data" || root == "ephemeral":
		kind := "data"
		if root == "ephemeral" {
			kind = "resource"
		}
		if len(parts) < 3 {
			return target{kind: kind, address: strings.Join(parts, "."), short: true}
		}
		return target{kind: kind, address: strings.Join(parts[:3], ".")}
	case root == "resource" && len(parts) >= 3: // the long form, resource.type.name
		return target{kind: "resource", address: parts[1] + "." + parts[2]}
	case len(parts) < 2:
		return target{kind: "resource", address: root, short: true}
	}
	return target{kind: "resource", address: parts[0] + "." + parts[1]}
}

// usable drops the traversals that are no references: keywords, addresses of moved blocks, provider configurations.
func usable(b *block, a *attribute, all []hcl.Reference) []hcl.Reference {
	switch {
	case b.kind == "terraform" || b.kind == "moved" || b.kind == "removed":
		return nil
	case b.kind == "import" && (a.path == "to" || a.path == "provider"):
		return nil
	case b.kind == "variable" && a.path == "type":
		return nil
	case a.path == "provider" || a.path == "providers":
		return nil
	case strings.HasPrefix(a.path, "lifecycle.") && a.Name == "ignore_changes":
		return nil
	case strings.Contains(a.path, "provisioner.") && (a.Name == "when" || a.Name == "on_failure"):
		return nil
	case strings.Contains(a.path, "dynamic.") && a.Name == "iterator":
		return nil
	case strings.HasPrefix(a.path, "lifecycle.action_trigger"):
		return nil
	}
	var kept []hcl.Reference
	for _, ref := range all {
		if len(ref.Parts) > 0 && targetOf(ref.Parts).kind != "" {
			kept = append(kept, ref)
		}
	}
	return kept
}

// owner is the address that an attribute speaks for: its block's, or its own for locals.
func owner(b *block, a *attribute) string {
	switch {
	case b.kind == "locals":
		return "local." + a.Name
	case b.address != "":
		return b.address
	}
	return b.kind
}

// maxSuggested bounds the search for near names in a module that is broken on purpose.
const maxSuggested = 200

// resolve follows every reference to its declaration and marks the variables that are used.
func (x *index) resolve(m *Module) {
	used := map[string]bool{}
	names := x.names()
	suggested := 0
	for _, b := range x.blocks {
		for _, a := range b.attributes {
			from := owner(b, a)
			for _, ref := range usable(b, a, a.References) {
				to := targetOf(ref.Parts)
				if to.address != from {
					used[to.address] = true
				}
				fact := Reference{Text: ref.Text, Target: to.address, From: from, Kind: to.kind, At: a.position(ref.At)}
				_, fact.Resolved = x.declared[to.address]
				fact.Resolved = fact.Resolved && !to.short && ref.Parts[0] != "output" // outputs have no readers inside
				if !fact.Resolved && suggested < maxSuggested {
					suggested++
					fact.Nearest = nearest(to.address, names[to.kind])
				}
				m.References = append(m.References, fact)
			}
		}
	}
	for i := range m.Variables {
		m.Variables[i].Used = used["var."+m.Variables[i].Name]
	}
}

// names lists the declared addresses of each kind, sorted.
func (x *index) names() map[string][]string {
	names := map[string][]string{}
	for address := range x.declared {
		if strings.HasPrefix(address, "output.") {
			continue
		}
		kind := targetOf(strings.Split(address, ".")).kind
		names[kind] = append(names[kind], address)
	}
	for _, all := range names {
		sort.Strings(all)
	}
	return names
}
