package terraform

import (
	"fmt"
	"slices"

	"github.com/lotus-lake/lotus-gate/validate/lazy"
)

// Action is what a change does to a resource.
type Action string

// The actions of a plan.
const (
	ActionCreate  Action = "create"
	ActionUpdate  Action = "update"
	ActionReplace Action = "replace"
	ActionDestroy Action = "destroy"
	ActionMove    Action = "move"    // only its address changes
	ActionImport  Action = "import"  // an existing object is taken into the state
	ActionForget  Action = "forget"  // leaves the state, is not destroyed
	ActionUnknown Action = "unknown" // a block whose count, or content, depends on what is known only at apply
)

// Change is what happens to one resource block. Instances is the number of objects it stands for, -1 when count or
// for_each cannot be told; such a block is named and not counted. From is its former address, when it moved.
type Change struct {
	Action    Action   `json:"action"`
	Address   string   `json:"address"`
	From      string   `json:"from,omitempty"`
	Instances int      `json:"instances"`
	Reasons   []string `json:"reasons"`
}

// Plan is what the difference of two versions of a module means: destroyed first, what depends on others before them;
// then the rest, what others depend on first. A replaced resource is one to add and one to destroy, as Terraform counts.
type Plan struct {
	Changes []Change `json:"changes"`
	Import  int      `json:"import"`
	Add     int      `json:"add"`
	Change  int      `json:"change"`
	Destroy int      `json:"destroy"`
}

// Diff plans the way from base to head; nil is a module that does not exist. It compares configurations: drift, and
// values that come from variables, are not seen. An error says which version does not parse.
func Diff(base, head *Module) (Plan, error) {
	if base == nil {
		base = Build(inputWithout(head))
	}
	if head == nil {
		head = Build(inputWithout(base))
	}
	for _, m := range []*Module{base, head} {
		if len(m.Syntax) > 0 {
			p := m.Syntax[0]
			return Plan{}, fmt.Errorf("plan %s: %s:%d: %s", m.Path, p.At.Path, p.At.Line, p.Message)
		}
	}
	d := &differ{base: base.index, head: head.index, changes: map[string]*Change{}, former: map[string]string{}}
	d.pair(head)
	d.propagate()
	return d.plan(), nil
}

// inputWithout is an empty module in the place of another.
func inputWithout(m *Module) Input {
	if m == nil {
		return Input{Tree: noTree{}}
	}
	return Input{Dir: m.Path, Tree: noTree{}, Streams: m.index.in.Streams}
}

type noTree struct{}

func (noTree) Exists(string) bool            { return false }
func (noTree) List(string) []string          { return nil }
func (noTree) Read(f string) ([]byte, error) { return nil, fmt.Errorf("no file %s", f) }

// differ holds the comparison while it is made. Both indexes' blocks are keyed by the address in head, where a resource
// is in both.
type differ struct {
	base, head *index
	changes    map[string]*Change
	former     map[string]string // address in head -> address in base
}

// resources are the managed resources and module calls of an index by address, and the addresses in file order.
func (x *index) resources() (map[string]*block, []string) {
	byAddress := map[string]*block{}
	var order []string
	for _, b := range x.blocks {
		if (b.kind == "resource" || b.kind == "module") && byAddress[b.address] == nil {
			byAddress[b.address] = b
			order = append(order, b.address)
		}
	}
	return byAddress, order
}

var instanceKey = lazy.Regexp(`\[[^\]]*\]`)

// pair matches the resources of both versions, through moved blocks, and compares each pair.
func (d *differ) pair(head *Module) {
	before, beforeOrder := d.base.resources()
	after, afterOrder := d.head.resources()
	d.followMoves(head, before, after)
	imported := map[string]bool{}
	for _, i := range head.Imports {
		imported[instanceKey().ReplaceAllString(i.To, "")] = true
	}
	matched := map[string]bool{}
	for _, address := range afterOrder {
		b, from := after[address], address
		if old, moved := d.former[address]; moved {
			from = old
		}
		old := before[from]
		switch {
		case old != nil:
			matched[from] = true
			if c := d.compare(old, b); c != nil {
				d.changes[address] = c
			}
		case b.kind == "module":
			d.changes[address] = &Change{Action: ActionUnknown, Address: address, Instances: -1, Reasons: []string{"a new module call: what it holds is not looked into"}}
		case imported[address]:
			d.changes[address] = &Change{Action: ActionImport, Address: address, Instances: d.head.instances(b)}
		case d.head.instances(b) != 0:
			d.changes[address] = &Change{Action: ActionCreate, Address: address, Instances: d.head.instances(b)}
		}
	}
	for _, address := range beforeOrder {
		if b := before[address]; !matched[address] && d.base.instances(b) != 0 {
			d.changes[address] = d.gone(b)
		}
	}
}

// followMoves fills former: for each resource of head that base knows under another address, that address.
func (d *differ) followMoves(head *Module, before, after map[string]*block) {
	for _, m := range head.Moved {
		from, to := instanceKey().ReplaceAllString(m.From, ""), instanceKey().ReplaceAllString(m.To, "")
		for hops := 0; after[to] == nil && hops < len(head.Moved); hops++ {
			i := slices.IndexFunc(head.Moved, func(next Moved) bool { return instanceKey().ReplaceAllString(next.From, "") == to })
			if i < 0 {
				break
			}
			to = instanceKey().ReplaceAllString(head.Moved[i].To, "")
		}
		if before[from] != nil && after[from] == nil && after[to] != nil && before[to] == nil {
			d.former[to] = from
		}
	}
}

// gone is what happens to a resource that head no longer declares.
func (d *differ) gone(b *block) *Change {
	c := &Change{Action: ActionDestroy, Address: b.address, Instances: d.base.instances(b)}
	if b.kind == "module" {
		return &Change{Action: ActionUnknown, Address: b.address, Instances: -1, Reasons: []string{"the module call is gone: what it held is not looked into"}}
	}
	for _, removed := range d.head.blocks {
		if removed.kind == "removed" && instanceKey().ReplaceAllString(written(removed, "from"), "") == b.address {
			if a := removed.attribute("lifecycle.destroy"); a != nil && a.Value == false {
				c.Action = ActionForget
			}
		}
	}
	return c
}
