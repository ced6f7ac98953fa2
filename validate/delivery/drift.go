package delivery

import (
	"slices"
	"strings"

	"github.com/lotus-lake/lotus-gate/validate/lazy"
)

// Bounds of one plan that is looked through, and of what is told of it.
const (
	maxDrift  = 256 << 10
	maxFields = 8
)

var (
	// changedResource is the line of a plan that names what changes and how.
	changedResource = lazy.Regexp(`^\s*# (\S.{0,200}?) (?:will be|must be|has been|has changed|is tainted)`)
	// changedField is an attribute or a block that changes: a mark, a name.
	changedField = lazy.Regexp(`^(\s*)(?:~|\+|-|-/\+|\+/-) "?([A-Za-z_][\w-]*)"?\s*(?:=|\{)`)
)

// Drifted names the fields that a plan, as Terraform shows it, would change:
// airbyte_connection.orders: status. Values are left out, whatever they are. Fields
// inside others are not told: the outermost one is.
func Drifted(plan string) []string {
	if len(plan) > maxDrift {
		plan = plan[:maxDrift]
	}
	var fields []string
	resource, depth, opened := "", -1, false
	flush := func() {
		if resource != "" && !opened {
			fields = append(fields, resource)
		}
	}
	for line := range strings.Lines(plan) {
		if m := changedResource().FindStringSubmatch(line); m != nil {
			flush()
			resource, depth, opened = m[1], -1, false
			continue
		}
		m := changedField().FindStringSubmatch(line)
		if resource == "" || m == nil || m[2] == "resource" || m[2] == "data" {
			continue
		}
		if depth < 0 {
			depth = len(m[1])
		}
		if len(m[1]) == depth {
			fields, opened = append(fields, resource+": "+m[2]), true
		}
	}
	flush()
	slices.Sort(fields)
	fields = slices.Compact(fields)
	if more := len(fields) - maxFields; more > 0 {
		fields = append(fields[:maxFields], "and more")
	}
	if len(fields) == 0 {
		return []string{"the status does not say of what"}
	}
	return fields
}
