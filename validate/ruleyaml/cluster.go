package ruleyaml

import (
	"fmt"
	"maps"
	"path"
	"slices"

	"go.yaml.in/yaml/v3"

	"github.com/lotus-lake/lotus-gate/policy"
)

// Cluster is what the webhook's configuration says of rules, by id: its key `rules`.
type Cluster map[string]ClusterRule

// ClusterRule overrides what a rule says of itself. The first of Namespaces with a
// name that matches decides; what it leaves out is the rule's.
type ClusterRule struct {
	Action     Stages         `yaml:"action"`
	Parameters map[string]any `yaml:"parameters"`
	Namespaces []Namespaces   `yaml:"namespaces"`
}

// Namespaces overrides it for some namespaces.
type Namespaces struct {
	Names      []Glob         `yaml:"names"`
	Action     Stages         `yaml:"action"`
	Parameters map[string]any `yaml:"parameters"`
}

// Glob is a pattern of names, as of path.Match.
type Glob string

// UnmarshalYAML says the line of a mistake.
func (g *Glob) UnmarshalYAML(node *yaml.Node) error {
	if _, err := path.Match(node.Value, ""); err != nil || node.Kind != yaml.ScalarNode || node.Value == "" {
		what := "this value"
		if node.Kind == yaml.ScalarNode {
			what = fmt.Sprintf("%q", node.Value)
		}
		return at(node, fmt.Errorf("%s: want a name or a pattern such as staging-*", what))
	}
	*g = Glob(node.Value)
	return nil
}

// Policy is what the engine is told of the rules.
func (c Cluster) Policy() policy.Config {
	tuning := policy.Config{Rules: map[string]policy.RuleConfig{}, Match: matchNamespace}
	for id, rule := range c {
		own := policy.RuleConfig{Parameters: rule.Parameters, Action: policy.Stages(rule.Action)}
		for _, n := range rule.Namespaces {
			place := policy.PlaceConfig{Parameters: n.Parameters, Action: policy.Stages(n.Action)}
			for _, name := range n.Names {
				place.Names = append(place.Names, string(name))
			}
			own.Places = append(own.Places, place)
		}
		tuning.Rules[id] = own
	}
	return tuning
}

// matchNamespace: objects without a namespace are in none.
func matchNamespace(glob, namespace string) bool {
	ok, _ := path.Match(glob, namespace)
	return ok && namespace != ""
}

// Check refuses, with the line in text, what does not fit the rules of a set. Rules
// that others are responsible for are left to them.
func (c Cluster) Check(text []byte, set *policy.Set, others func(id string) bool) error {
	tuning := c.Policy()
	for _, id := range slices.Sorted(maps.Keys(c)) {
		for i, n := range c[id].Namespaces {
			if len(n.Names) == 0 || n.Action == nil && len(n.Parameters) == 0 {
				return fmt.Errorf("line %d: rule %s: namespaces[%d] needs names, and an action or parameters",
					Line(text, "rules", id, "namespaces", i), id, i)
			}
		}
		if others(id) {
			delete(tuning.Rules, id)
		}
	}
	return Locate(text, "namespaces", tuning.Check(set))
}
