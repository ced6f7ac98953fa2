package impact

import (
	"cmp"
	"slices"

	"github.com/lotus-lake/lotus-gate/policy"
)

// Live is what would be said of the objects that a cluster has.
type Live struct {
	Objects    []Object `json:"objects"`    // those that something was said of
	Namespaces counts   `json:"namespaces"` // whose objects could not be created again
}

// Object is one of them, judged as if it were created, and as if it were updated
// without a change.
type Object struct {
	Resource  string           `json:"resource"` // group/version/resource, the core group is "core"
	Namespace string           `json:"namespace"`
	Name      string           `json:"name"`
	Create    []policy.Finding `json:"create"`
	Update    []policy.Finding `json:"update"` // existing ones would only be told
}

// Refused is whether it could not be created again.
func (o Object) Refused() bool { return refuses(o.Create) }

// Locked is whether it could not even be updated without mending it.
func (o Object) Locked() bool { return refuses(o.Update) }

func refuses(findings []policy.Finding) bool {
	return slices.ContainsFunc(findings, func(f policy.Finding) bool { return f.Blocks() && f.Severity == policy.Error })
}

// Cluster gathers the objects of a cluster.
type Cluster struct {
	live      Live
	seen      int
	undecided []string
	found     map[string]int
	refusals  map[string]int
	places    map[string]int
	warned    int
}

// Add takes an object; undecided says why there is no verdict on something of it.
func (c *Cluster) Add(o Object, undecided []string) {
	if c.found == nil {
		c.found, c.refusals, c.places = map[string]int{}, map[string]int{}, map[string]int{}
	}
	c.seen++
	c.undecided = append(c.undecided, undecided...)
	if len(o.Create)+len(o.Update) == 0 {
		return
	}
	refusing, found := map[string]bool{}, map[string]int{}
	for _, findings := range [][]policy.Finding{o.Create, o.Update} {
		said := map[string]int{}
		for _, f := range findings {
			said[f.Rule]++
			if f.Severity == policy.Error && f.Blocks() {
				refusing[f.Rule] = true
			}
		}
		for rule, n := range said { // the same said twice is one finding
			found[rule] = max(found[rule], n)
		}
	}
	for rule, n := range found {
		c.found[rule] += n
	}
	for rule := range refusing {
		c.refusals[rule]++
	}
	if o.Refused() || o.Locked() {
		c.places[cmp.Or(o.Namespace, "(cluster)")]++
	} else {
		c.warned++
	}
	c.live.Objects = append(c.live.Objects, o)
}

// Report is what came of it, for the rules that were replayed.
func (c *Cluster) Report(replayed []policy.Rule) Report {
	live := Live{Objects: []Object{}, Namespaces: countsOf(c.places)}
	live.Objects = append(live.Objects, c.live.Objects...)
	slices.SortFunc(live.Objects, func(a, b Object) int {
		return cmp.Or(cmp.Compare(a.Resource, b.Resource), cmp.Compare(a.Namespace, b.Namespace), cmp.Compare(a.Name, b.Name))
	})
	refused := 0
	for _, n := range c.places {
		refused += n
	}
	return Report{
		SchemaVersion: 1, Rules: rules(replayed, c.found, c.refusals), Cluster: &live, Undecided: c.undecided,
		Summary: Summary{Objects: c.seen, Refused: refused, Warned: c.warned},
	}
}
