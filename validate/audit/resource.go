package audit

import (
	"slices"
	"strings"

	"github.com/lotus-lake/lotus-gate/policy"
	"github.com/lotus-lake/lotus-gate/validate/audit/airbyte"
	"github.com/lotus-lake/lotus-gate/validate/audit/leaf"
	"github.com/lotus-lake/lotus-gate/validate/audit/tfstate"
)

// resources builds a document for each subject.
func (f *Facts) resources(j *joined, yield func(policy.Document) bool) bool {
	names := j.names()
	read := map[string]any{
		"git": f.Git != nil && !f.Git.Partial, "state": f.States != nil && !f.States.Partial, "airbyte": f.Airbyte != nil,
	}
	for _, s := range j.subjects {
		if !yield(f.resource(j, s, names, read)) {
			return false
		}
	}
	return true
}

// title is what people call a resource of Airbyte.
type title struct {
	role tfstate.Role
	name string
}

// names are the subjects that have one name: those that Airbyte knows, and those
// that git declares and no state has.
type names struct {
	objects map[title][]*Subject
	waiting map[title][]*Subject
}

func (j *joined) names() names {
	n := names{map[title][]*Subject{}, map[title][]*Subject{}}
	for _, s := range j.subjects {
		switch {
		case s.Airbyte != nil && s.Airbyte.Name != "":
			key := title{s.Role, s.Airbyte.Name}
			n.objects[key] = append(n.objects[key], s)
		case s.Role != "" && s.Block != nil && s.Owned() == nil && s.Block.Title != "" && !s.Block.Repeated:
			key := title{s.Role, s.Block.Title}
			n.waiting[key] = append(n.waiting[key], s)
		}
	}
	return n
}

func (f *Facts) resource(j *joined, s *Subject, n names, read map[string]any) policy.Document {
	owned := s.Owned()
	input := map[string]any{
		"role": orNull(string(s.Role)), "type": orNull(s.Type), "address": orNull(s.Address()), "name": orNull(s.Name()),
		"git": nil, "claims": claims(s.Claims), "rivals": claims(s.Rivals), "airbyte": nil, "namesakes": []any{}, "adopt": nil, "differences": []any{},
		"access_keys": []any{}, "terraform": nil, "read": read, "unsure": s.Unsure || s.undeclarable(),
	}
	if s.Block != nil {
		git := map[string]any{
			"address": s.Block.Address, "module": s.Module.Dir, "title": orNull(s.Block.Title), "repeated": s.Block.Repeated,
			"at": s.Block.At.fact(), "state": nil, "terraform": nil,
		}
		if state := j.stateful[s.Module.Dir]; state != nil {
			git["state"], git["terraform"] = state.Origin, owner(state)
		}
		input["git"] = git
	}
	if owned != nil {
		input["terraform"] = owner(owned.State)
		input["access_keys"] = f.accessKeys(heldBy(owned))
		if s.Airbyte != nil {
			input["differences"] = texts(differences(owned, s.Airbyte))
		}
	}
	if s.Airbyte != nil {
		input["airbyte"] = j.airbyte(s.Airbyte)
		key := title{s.Role, s.Airbyte.Name}
		input["namesakes"] = namesakes(n.objects[key], s)
		if waiting := n.waiting[key]; owned == nil && len(waiting) == 1 && len(n.objects[key]) == 1 {
			block := waiting[0].Block
			input["adopt"] = map[string]any{"address": block.Address, "module": waiting[0].Module.Dir, "at": block.At.fact()}
		}
	} else if s.Block != nil && owned == nil {
		found := n.objects[title{s.Role, s.Block.Title}]
		if len(found) == 1 && found[0].Owned() == nil && len(n.waiting[title{s.Role, s.Block.Title}]) == 1 {
			input["adopt"] = map[string]any{"address": s.Block.Address, "module": s.Module.Dir, "at": s.Block.At.fact(), "id": found[0].Airbyte.ID}
		}
	}
	return document(KindResource, s.position(), input)
}

// undeclarable: nobody can say what the module of its state declares.
func (s *Subject) undeclarable() bool {
	owned := s.Owned()
	return owned != nil && s.Module == nil
}

// Address is where the resource is declared, or would be; "" for what only Airbyte
// knows.
func (s *Subject) Address() string {
	if owned := s.Owned(); owned != nil {
		return owned.Address
	}
	if s.Block != nil {
		return s.Block.Address
	}
	if len(s.Claims) > 0 {
		return s.Claims[0].Address
	}
	return ""
}

// Name is what people call it.
func (s *Subject) Name() string {
	if s.Airbyte != nil {
		return s.Airbyte.Name
	}
	if s.Block != nil && s.Block.Title != "" {
		return s.Block.Title
	}
	if len(s.Claims) > 0 {
		return s.Claims[0].Name
	}
	return ""
}

func (s *Subject) position() Position {
	switch {
	case s.Block != nil:
		return s.Block.At
	case s.Airbyte != nil:
		return Position{Path: "airbyte/" + string(s.Role) + "s/" + s.Airbyte.ID}
	case len(s.Claims) > 0:
		return Position{Path: s.Claims[0].State.Path}
	}
	return Position{}
}

func owner(s *State) any {
	if s.Owner.Name == "" {
		return nil
	}
	return s.Owner.fact()
}

func claims(list []Claim) []any {
	out := []any{}
	sorted := slices.Clone(list)
	slices.SortStableFunc(sorted, func(a, b Claim) int { return strings.Compare(a.State.Origin, b.State.Origin) })
	for _, c := range sorted {
		out = append(out, map[string]any{
			"state": c.State.Origin, "path": c.State.Path, "file": c.State.File, "owned": c.State.Owned(), "lineage": c.State.Lineage, "serial": c.State.Serial,
			"address": c.Address, "id": orNull(c.ID), "name": orNull(c.Name), "deposed": c.Deposed,
			"source_id": orNull(c.SourceID), "destination_id": orNull(c.DestinationID),
		})
	}
	return out
}

// airbyte is what Airbyte says of an object, and whether it has what it names.
func (j *joined) airbyte(o *airbyte.Object) map[string]any {
	out := map[string]any{"id": o.ID, "name": o.Name, "status": orNull(o.Status), "source": nil, "destination": nil, "used_by": j.usedBy(o)}
	if o.Role == tfstate.Connection {
		out["source"] = j.end(tfstate.Source, o.SourceID)
		out["destination"] = j.end(tfstate.Destination, o.DestinationID)
	}
	return out
}

// usedBy are the connections of a source or destination.
func (j *joined) usedBy(o *airbyte.Object) []any {
	out := []any{}
	for _, user := range j.users[identity{o.Role, o.ID}] {
		if len(out) == maxNamed {
			break
		}
		out = append(out, map[string]any{"id": user.ID, "name": user.Name, "owned": j.byID[identity{user.Role, user.ID}].Owned() != nil})
	}
	return out
}

func (j *joined) end(role tfstate.Role, id string) any {
	if id == "" {
		return nil
	}
	object := j.objects[identity{role, id}]
	end := map[string]any{"id": id, "known": object != nil, "name": nil, "address": nil}
	if object != nil {
		end["name"] = orNull(object.Name)
	}
	if subject := j.byID[identity{role, id}]; subject != nil {
		end["address"] = orNull(subject.Address())
	}
	return end
}

// maxNamed bounds how many others are named.
const maxNamed = 20

func namesakes(all []*Subject, s *Subject) []any {
	out := []any{}
	for _, other := range all {
		if other != s && len(out) < maxNamed {
			out = append(out, map[string]any{"id": other.Airbyte.ID, "owned": other.Owned() != nil})
		}
	}
	return out
}

// differences are the fields that state and Airbyte both have, with other values.
func differences(c *Claim, o *airbyte.Object) []string {
	var out []string
	for _, field := range []struct{ name, state, airbyte string }{
		{"name", c.Name, o.Name}, {"status", c.Status, o.Status}, {"source_id", c.SourceID, o.SourceID}, {"destination_id", c.DestinationID, o.DestinationID},
	} {
		if field.state != "" && field.airbyte != "" && field.state != field.airbyte {
			out = append(out, field.name)
		}
	}
	prefix := ""
	if c.Role != tfstate.Connection {
		prefix = "configuration."
	}
	for _, path := range leaf.Differences(c.Settings, o.Settings) {
		out = append(out, prefix+path)
	}
	return out
}

func heldBy(c *Claim) []AccessKey {
	var held []AccessKey
	for _, key := range c.AccessKeys {
		held = append(held, AccessKey{Where: key.Path + " of " + c.Address + " in " + c.State.Origin, Digest: key.Digest})
	}
	return held
}
