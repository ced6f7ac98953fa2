package audit

import "github.com/lotus-lake/lotus-gate/policy"

// shared counts, for each pair of states, the addresses of one module that both have.
func (s *States) shared() map[[2]*State]int {
	holders := map[place][]*State{}
	for i := range s.All {
		state := &s.All[i]
		if state.State == nil {
			continue
		}
		for k := range state.Instances {
			where := place{state.Dir, state.Instances[k].Address}
			if list := holders[where]; len(list) == 0 || list[len(list)-1] != state {
				holders[where] = append(list, state)
			}
		}
	}
	counts := map[[2]*State]int{}
	for _, list := range holders {
		for _, a := range list {
			for _, b := range list {
				if a != b {
					counts[[2]*State{a, b}]++
				}
			}
		}
	}
	return counts
}

// state is the document of one state.
func (f *Facts) state(s *State, shared map[[2]*State]int) policy.Document {
	input := map[string]any{
		"origin": s.Origin, "file": s.File, "named": s.Named, "owned": s.Owned(), "terraform": owner(s), "missing": s.Missing, "applied": orNull(s.Applied),
		"created": moment(s.Created), "lineage": nil, "serial": nil, "resources": 0, "others": []any{}, "before": nil, "copy_of": nil,
	}
	if s.State != nil {
		input["lineage"], input["serial"], input["resources"] = s.Lineage, s.Serial, len(s.Instances)
	}
	if original := f.States.original(s); original != nil && !s.Owned() {
		input["copy_of"] = original.Origin
	}
	others := []any{}
	for i := range f.States.All {
		other := &f.States.All[i]
		if count := shared[[2]*State{s, other}]; count > 0 {
			others = append(others, map[string]any{
				"origin": other.Origin, "file": other.File, "owned": other.Owned(), "lineage": other.Lineage, "serial": other.Serial, "shared": count,
			})
		}
	}
	input["others"] = others
	if s.Before != nil {
		input["before"] = map[string]any{"lineage": s.Before.Lineage, "serial": s.Before.Serial}
	}
	return document(KindState, Position{Path: s.Path}, input)
}
