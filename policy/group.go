package policy

import (
	"slices"
	"sync"

	"github.com/open-policy-agent/opa/v1/rego"
)

// part is some rules that are compiled and asked together.
type part struct {
	rules []Rule
	query func() (rego.PreparedEvalQuery, error) // compiles on first use
}

func (e *Engine) newPart(rules []Rule) *part {
	return &part{rules, sync.OnceValues(func() (rego.PreparedEvalQuery, error) { return e.prepare(rules) })}
}

// group names the rules that look at one kind of document at one time.
type group struct {
	kind string
	when When
}

// grouped are the rules of a group. They are compiled when the first document comes that
// they concern, together with all others that it concerns and that are not
// compiled yet: each rule once, in few parts.
type grouped struct {
	rules []Rule
	needs [][][]need // of each rule
	part  func([]Rule) *part

	mu    sync.Mutex
	known []*part // of each rule; nil: not compiled yet
}

func (g *grouped) add(rule Rule, needs [][]need) {
	g.rules, g.needs, g.known = append(g.rules, rule), append(g.needs, needs), append(g.known, nil)
}

// parts are those whose rules may have something to say of a document.
func (g *grouped) parts(doc Document) []*part {
	return g.choose(func(i int) bool { return concerns(g.needs[i], doc) })
}

// always is the part whose rules concern every document; nil for none.
func (g *grouped) always() []*part {
	return g.choose(func(i int) bool { return g.needs[i] == nil })
}

func (g *grouped) choose(wanted func(int) bool) []*part {
	var chosen []int
	for i := range g.rules {
		if wanted(i) {
			chosen = append(chosen, i)
		}
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	var fresh []Rule
	for _, i := range chosen {
		if g.known[i] == nil {
			fresh = append(fresh, g.rules[i])
		}
	}
	added := g.part(fresh)
	var parts []*part
	for _, i := range chosen {
		if g.known[i] == nil {
			g.known[i] = added
		}
		if !slices.Contains(parts, g.known[i]) {
			parts = append(parts, g.known[i])
		}
	}
	return parts
}
