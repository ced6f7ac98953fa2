package terraform

import (
	"fmt"
	"strings"
)

// wording is Terraform's symbol and sentence for each action.
var wording = map[Action][2]string{
	ActionCreate:  {"  +", "will be created"},
	ActionUpdate:  {"  ~", "will be updated in-place"},
	ActionReplace: {"-/+", "must be replaced"},
	ActionDestroy: {"  -", "will be destroyed"},
	ActionMove:    {"   ", "has moved"},
	ActionImport:  {" <=", "will be imported"},
	ActionForget:  {"  .", "will be removed from the state, not destroyed"},
	ActionUnknown: {"  ?", "may change"},
}

// String writes the plan as Terraform does, a line for each resource, its reasons below it, and the sum at the end:
// "Plan: 1 to add, 0 to change, 0 to destroy."
func (p Plan) String() string {
	var b strings.Builder
	for _, c := range p.Changes {
		words := wording[c.Action]
		fmt.Fprintf(&b, "%s %s", words[0], c.Address)
		switch {
		case c.Instances < 0 && !strings.HasPrefix(c.Address, "module."):
			b.WriteString(" (count unknown)")
		case c.Instances != 1 && c.Instances >= 0:
			fmt.Fprintf(&b, " (%d instances)", c.Instances)
		}
		fmt.Fprintf(&b, " %s", words[1])
		if c.From != "" {
			fmt.Fprintf(&b, " (moved from %s)", c.From)
		}
		b.WriteByte('\n')
		for _, reason := range c.Reasons {
			fmt.Fprintf(&b, "      %s\n", reason)
		}
	}
	if len(p.Changes) > 0 {
		b.WriteByte('\n')
	}
	b.WriteString("Plan: ")
	if p.Import > 0 {
		fmt.Fprintf(&b, "%d to import, ", p.Import)
	}
	fmt.Fprintf(&b, "%d to add, %d to change, %d to destroy.\n", p.Add, p.Change, p.Destroy)
	return b.String()
}
