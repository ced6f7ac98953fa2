package parse

// array reads up to and with the closing bracket; the next byte follows the opening one.
func (p *jsonParser) array(node *Node) error {
	node.Kind = Array
	base := len(p.items)
	for more := !p.skip(']'); more; {
		item, err := p.value()
		if err != nil {
			return err
		}
		node.duplicated = node.duplicated || item.duplicated
		p.items = append(p.items, item)
		if more, err = p.next(']', "array"); err != nil {
			return err
		}
	}
	if len(p.items) > base {
		node.Items = append([]Node(nil), p.items[base:]...)
		clear(p.items[base:])
		p.items = p.items[:base]
	}
	return nil
}

// object reads up to and with the closing brace; the next byte follows the opening one.
func (p *jsonParser) object(node *Node) error {
	node.Kind = Object
	base := len(p.members)
	for more := !p.skip('}'); more; {
		member, err := p.member()
		if err != nil {
			return err
		}
		node.duplicated = node.duplicated || member.Value.duplicated
		p.members = append(p.members, member)
		if more, err = p.next('}', "object"); err != nil {
			return err
		}
	}
	if len(p.members) > base {
		node.Members = append([]Member(nil), p.members[base:]...)
		clear(p.members[base:])
		p.members = p.members[:base]
		node.duplicated = p.markDuplicates(node.Members) || node.duplicated
	}
	return nil
}

func (p *jsonParser) member() (Member, error) {
	member := Member{Line: p.line, Column: p.column()}
	if p.at == len(p.source) || p.source[p.at] != '"' {
		return member, p.fail("unexpected " + p.here() + ": a key in double quotes must stand here")
	}
	var err error
	if member.Key, err = p.text(); err != nil {
		return member, err
	}
	p.space()
	if !p.skip(':') {
		return member, p.fail("unexpected " + p.here() + ": a colon must follow the key")
	}
	p.space()
	member.Value, err = p.value()
	return member, err
}

// skip steps over c when it is the next byte.
func (p *jsonParser) skip(c byte) bool {
	if p.at < len(p.source) && p.source[p.at] == c {
		p.at++
		return true
	}
	return false
}

// next steps from the end of one element to the beginning of the next one, or over the
// closing byte.
func (p *jsonParser) next(closing byte, container string) (more bool, err error) {
	p.space()
	if p.skip(closing) {
		return false, nil
	}
	if p.at == len(p.source) {
		return false, p.fail("unexpected end of file: the " + container + " is not closed")
	}
	if !p.skip(',') {
		return false, p.fail("unexpected " + p.here() + ": a comma or '" + string(closing) + "' must stand here")
	}
	p.space()
	if p.at < len(p.source) && p.source[p.at] == closing {
		return false, p.fail("a comma before '" + string(closing) + "' is not allowed in JSON")
	}
	return true, nil
}

// Beyond smallObject members a map finds repeated keys; up to there comparing all pairs
// is faster. A map that grew beyond largeMap is not kept: clearing it for each later
// object would cost as much as filling it.
const (
	smallObject = 16
	largeMap    = 4096
)

func (p *jsonParser) markDuplicates(members []Member) (any bool) {
	if len(members) <= smallObject {
		for i := 1; i < len(members); i++ {
			for j := range i {
				if members[i].Key == members[j].Key {
					members[i].Duplicate, any = true, true
					break
				}
			}
		}
		return any
	}
	if p.seen == nil {
		p.seen = make(map[string]struct{}, len(members))
	}
	for i := range members {
		before := len(p.seen)
		p.seen[members[i].Key] = struct{}{}
		if len(p.seen) == before {
			members[i].Duplicate, any = true, true
		}
	}
	if clear(p.seen); len(members) > largeMap {
		p.seen = nil
	}
	return any
}
