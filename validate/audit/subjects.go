package audit

import (
	"slices"
	"strings"

	"github.com/lotus-lake/lotus-gate/validate/audit/airbyte"
	"github.com/lotus-lake/lotus-gate/validate/audit/tfstate"
)

// Subject is one thing that git, states or Airbyte know: what each of them says of
// it. It is the row of a table and the document of kind `resource`.
type Subject struct {
	Role    tfstate.Role
	Type    string
	Module  *Module // where it is or would be declared
	Block   *Block  // in git
	Claims  []Claim // in states
	Airbyte *airbyte.Object

	// Rivals have the same address in a state of another lineage and another id.
	Rivals []Claim
	// Unsure: a module that this audit does not look into may declare it.
	Unsure bool
}

// Claim is what one state says.
type Claim struct {
	State *State
	*tfstate.Instance
}

// Owned is the claim of a state that counts; nil for none.
func (s *Subject) Owned() *Claim {
	for i := range s.Claims {
		if s.Claims[i].State.Owned() {
			return &s.Claims[i]
		}
	}
	return nil
}

// place identifies a declaration: a module's directory and an address.
type place struct{ dir, address string }

// identity is what Airbyte knows a thing by.
type identity struct {
	role tfstate.Role
	id   string
}

// joined are all subjects, with what finds them.
type joined struct {
	subjects []*Subject
	byID     map[identity]*Subject
	byBlock  map[place]*Block
	byPlace  map[place][]*Subject // with a claim
	modules  map[string]*Module
	objects  map[identity]*airbyte.Object
	claimed  map[place]bool                 // blocks with an instance in a state that counts
	stateful map[string]*State              // by module directory: the state that counts
	users    map[identity][]*airbyte.Object // connections of sources and destinations
}

// Subjects joins the three truths. Its order is that of states, then of git, then of
// Airbyte, each as it came.
func (f *Facts) Subjects() []*Subject { return f.join().subjects }

func (f *Facts) join() *joined {
	j := &joined{
		byID: map[identity]*Subject{}, byBlock: map[place]*Block{}, byPlace: map[place][]*Subject{}, modules: map[string]*Module{},
		objects: map[identity]*airbyte.Object{}, claimed: map[place]bool{}, stateful: map[string]*State{}, users: map[identity][]*airbyte.Object{},
	}
	j.index(f)
	if f.States != nil {
		for _, owned := range []bool{true, false} { // what counts comes first
			for i := range f.States.All {
				if state := &f.States.All[i]; state.Owned() == owned {
					j.claim(state, f.States.copied(state))
				}
			}
		}
	}
	j.rivals()
	if f.Git != nil {
		for i := range f.Git.Modules {
			module := &f.Git.Modules[i]
			for k := range module.Blocks {
				if block := &module.Blocks[k]; !j.claimed[place{module.Dir, block.Address}] {
					j.subjects = append(j.subjects, &Subject{Role: tfstate.RoleOf(block.Type), Type: block.Type, Module: module, Block: block})
				}
			}
		}
	}
	if f.Airbyte != nil {
		for i := range f.Airbyte.Objects {
			object := &f.Airbyte.Objects[i]
			if key := (identity{object.Role, object.ID}); j.byID[key] == nil {
				j.byID[key] = &Subject{Role: object.Role, Airbyte: object}
				j.subjects = append(j.subjects, j.byID[key])
			}
		}
	}
	return j
}

func (j *joined) index(f *Facts) {
	if f.Airbyte != nil {
		for i := range f.Airbyte.Objects {
			object := &f.Airbyte.Objects[i]
			j.objects[identity{object.Role, object.ID}] = object
			if object.Role == tfstate.Connection {
				for _, end := range []identity{{tfstate.Source, object.SourceID}, {tfstate.Destination, object.DestinationID}} {
					j.users[end] = append(j.users[end], object)
				}
			}
		}
	}
	if f.Git != nil {
		for i := range f.Git.Modules {
			module := &f.Git.Modules[i]
			j.modules[module.Dir] = module
			for k := range module.Blocks {
				j.byBlock[place{module.Dir, module.Blocks[k].Address}] = &module.Blocks[k]
			}
		}
	}
	if f.States != nil {
		for i := range f.States.All {
			state := &f.States.All[i]
			if state.Owned() && !state.Anywhere {
				j.stateful[state.Dir] = state
			}
		}
		j.placeStates(f)
	}
}

// placeStates finds the module of states that nobody places: the one that declares
// most of their resources.
func (j *joined) placeStates(f *Facts) {
	if f.Git == nil {
		return
	}
	for i := range f.States.All {
		state := &f.States.All[i]
		if !state.Anywhere || state.State == nil {
			continue
		}
		counts := map[string]int{}
		for k := range state.Instances {
			for dir := range j.modules {
				if j.byBlock[place{dir, state.Instances[k].Block}] != nil {
					counts[dir]++
				}
			}
		}
		best := ""
		for _, dir := range sortedKeys(counts) {
			if best == "" || counts[dir] > counts[best] {
				best = dir
			}
		}
		if len(counts) == 0 && state.Owned() && len(j.modules) == 1 { // there is but one that it can be
			best = f.Git.Modules[0].Dir
			counts[best] = 1
		}
		if counts[best] > 0 {
			state.Dir, state.Anywhere = best, false
			if state.Owned() {
				j.stateful[best] = state
			}
		}
	}
}

// claim adds what a state has. A copy of another state claims nothing of its own.
func (j *joined) claim(state *State, copied bool) {
	if state.State == nil || copied {
		return
	}
	module := j.modules[state.Dir]
	if state.Anywhere {
		module = nil
	}
	for i := range state.Instances {
		instance := &state.Instances[i]
		claim := Claim{state, instance}
		where := place{state.Dir, instance.Address}
		key := identity{instance.Role, instance.ID}
		subject := (*Subject)(nil)
		if instance.ID != "" {
			subject = j.byID[key]
		}
		if subject == nil {
			subject = &Subject{Role: instance.Role, Type: instance.Type, Module: module, Airbyte: j.objects[key]}
			j.subjects = append(j.subjects, subject)
			if instance.ID != "" {
				j.byID[key] = subject
			}
			if module != nil {
				block, unsure := j.declared(module, instance)
				if block == nil || state.Owned() || !j.claimed[place{state.Dir, block.Address}] { // else it declares what another state has
					subject.Block, subject.Unsure = block, unsure
				}
			}
		}
		if subject.Block != nil && state.Owned() {
			j.claimed[place{state.Dir, subject.Block.Address}] = true
		}
		subject.Claims = append(subject.Claims, claim)
		j.byPlace[where] = append(j.byPlace[where], subject)
	}
}

// declared finds the block of an instance, also under the address that a moved block
// gives it. unsure: a module that is called may declare it.
func (j *joined) declared(module *Module, instance *tfstate.Instance) (block *Block, unsure bool) {
	address := instance.Block
	for range 8 { // moved blocks may be chained
		if block := j.byBlock[place{module.Dir, address}]; block != nil {
			return block, false
		}
		to, ok := module.Moved[address]
		if !ok {
			to, ok = module.Moved[instance.Address]
		}
		if !ok {
			break
		}
		address, _, _ = strings.Cut(to, "[")
	}
	call, inModule := strings.CutPrefix(instance.Module, "module.")
	if !inModule {
		return nil, false
	}
	call = call[:strings.IndexAny(call+".", ".[")]
	return nil, module.Calls[call]
}

// rivals tells subjects with one address of each other, when their states are
// unrelated.
func (j *joined) rivals() {
	for _, subjects := range j.byPlace {
		if len(subjects) < 2 {
			continue
		}
		for _, s := range subjects {
			for _, other := range subjects {
				if other == s {
					continue
				}
				for _, claim := range other.Claims {
					if claim.Address == s.Claims[0].Address && claim.State.Lineage != s.Claims[0].State.Lineage && !slices.Contains(s.Rivals, claim) {
						s.Rivals = append(s.Rivals, claim)
					}
				}
			}
		}
	}
}

// copied reports whether a state that does not count is an earlier or equal version
// of one that does.
func (s *States) copied(state *State) bool {
	return !state.Owned() && s.original(state) != nil
}

// original is the state that counts of which another is a copy; nil for none.
func (s *States) original(state *State) *State {
	if state.State == nil || state.Lineage == "" {
		return nil
	}
	for i := range s.All {
		if other := &s.All[i]; other != state && other.Owned() && other.State != nil && other.Lineage == state.Lineage {
			return other
		}
	}
	return nil
}
