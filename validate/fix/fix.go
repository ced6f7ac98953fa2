// Package fix plans the remedies that leave nothing to decide (`custom.fix` of a
// rule's METADATA) as the smallest edits of text that mend a finding. It reads a
// snapshot and writes nothing: what it does not mend, it says why.
package fix

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/lotus-lake/lotus-gate/policy"
	"github.com/lotus-lake/lotus-gate/validate/lake"
)

// Edit gives a file another content.
type Edit struct {
	Path   string
	Before []byte // nil: there is no such file yet
	After  []byte // nil: the file is removed
}

// Left is a finding that is not mended, and why.
type Left struct {
	policy.Finding
	Why string
}

// Plan is what would be done.
type Plan struct {
	Edits   []Edit   // by path
	Untrack []string // files to take out of git's index; they stay on disk
	Fixed   []policy.Finding
	Left    []Left
}

// Ground is what a plan is made from.
type Ground struct {
	View      *lake.View // the files as they lie there
	Rules     func(id string) (policy.Rule, bool)
	Documents []policy.Document        // that the findings were made of, or more
	Tracked   func(path string) bool   // whether git's index has a file
	Known     func(path string) string // the commit that has a file already; "" for none
	OwnConfig bool                     // waivers are those of the snapshot's own configuration
}

// Make plans what mends the findings.
func Make(findings []policy.Finding, ground Ground) (Plan, error) {
	p := planner{Ground: ground, files: map[string]*file{}, untrack: map[string]bool{}}
	// From the end of each file, so that an edit moves no line that is still to be found.
	ordered := slices.Clone(findings)
	slices.SortStableFunc(ordered, func(a, b policy.Finding) int {
		return cmp.Or(strings.Compare(a.Path, b.Path), cmp.Compare(b.Line, a.Line))
	})
	for _, f := range ordered {
		rule, _ := p.Rules(f.Rule)
		why, err := p.mend(rule.Fix, f)
		switch {
		case err != nil:
			return Plan{}, fmt.Errorf("%s: %s: %w", f.Path, f.Rule, err)
		case why != "":
			p.plan.Left = append(p.plan.Left, Left{f, why})
		default:
			p.plan.Fixed = append(p.plan.Fixed, f)
		}
	}
	return p.done(), nil
}

type planner struct {
	Ground
	plan    Plan
	files   map[string]*file
	untrack map[string]bool
}

// file is one that is edited.
type file struct {
	before, after []byte
}

// mend plans one remedy, or says why not.
func (p *planner) mend(fix policy.Fix, f policy.Finding) (why string, err error) {
	switch fix {
	case policy.FixBackfill:
		return p.turnOff(f)
	case policy.FixCatalog:
		return p.catalog(f)
	case policy.FixUntrack:
		return p.takeOut(f)
	case policy.FixWaiver:
		return p.unwaive(f)
	}
	return "it takes a decision, see `gate explain " + f.Rule + "`", nil
}

// open gives a file as planned so far.
func (p *planner) open(path string) (*file, error) {
	if f, ok := p.files[path]; ok {
		return f, nil
	}
	data, ok, err := lake.ReadPath(p.View, path)
	if err != nil {
		return nil, err
	}
	f := &file{}
	if ok {
		f.before = append([]byte{}, data...)
		f.after = f.before
	}
	p.files[path] = f
	return f, nil
}

func (p *planner) done() Plan {
	for path, f := range p.files {
		if string(f.before) != string(f.after) || (f.before == nil) != (f.after == nil) {
			p.plan.Edits = append(p.plan.Edits, Edit{path, f.before, f.after})
		}
	}
	slices.SortFunc(p.plan.Edits, func(a, b Edit) int { return strings.Compare(a.Path, b.Path) })
	for path := range p.untrack {
		p.plan.Untrack = append(p.plan.Untrack, path)
	}
	slices.Sort(p.plan.Untrack)
	slices.SortFunc(p.plan.Fixed, policy.Finding.Compare)
	slices.SortFunc(p.plan.Left, func(a, b Left) int { return a.Compare(b.Finding) })
	return p.plan
}

// document is the judged document of a kind at a path, the zero one when there is none.
func (p *planner) document(kind, path string) policy.Document {
	i := slices.IndexFunc(p.Documents, func(d policy.Document) bool { return d.Kind == kind && d.Path == path })
	if i < 0 {
		return policy.Document{}
	}
	return p.Documents[i]
}
