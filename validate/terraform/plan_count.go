package terraform

import (
	"encoding/json"
	"strconv"
	"strings"
)

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
			if d.base.meaning(old, was.Expression) == d.head.meaning(b, is.Expression) {
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
		if n, ok := x.follows(a.Expression).Value.(json.Number); ok {
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
