package main

import (
	"fmt"
	"maps"
	"slices"

	"go.yaml.in/yaml/v3"

	"github.com/lotus-lake/lotus-gate/policy"
	"github.com/lotus-lake/lotus-gate/policy/rules"
)

// checkRules refuses what the shipped rules do not have. Rules of other names may
// be an author's: those are checked when they are loaded, unless there are no
// sources that they could come from.
func (c configuration) checkRules(text []byte) error {
	if len(c.Rules) == 0 {
		return nil
	}
	shipped, err := policy.LoadFiles(rules.FS, nil)
	if err != nil {
		return err
	}
	for _, id := range slices.Sorted(maps.Keys(c.Rules)) {
		for i, n := range c.Rules[id].Namespaces {
			if len(n.Names) == 0 || n.Action == "" {
				return fmt.Errorf("line %d: rule %s: namespaces[%d] needs names and an action", lineOf(text, id), id, i)
			}
		}
		if _, known := shipped.Rule(id); !known && (len(c.Policies.Directories) > 0 || c.Policies.ConfigMaps != "") {
			continue
		}
		one := policy.Config{Rules: map[string]policy.RuleConfig{id: {Parameters: c.Rules[id].Parameters}}}
		if _, err := policy.NewEngine(shipped, one); err != nil {
			return fmt.Errorf("line %d: %w", lineOf(text, id), err)
		}
	}
	return nil
}

// lineOf finds the line on which a rule's entry begins.
func lineOf(text []byte, id string) int {
	var doc struct {
		Rules yaml.Node `yaml:"rules"`
	}
	if yaml.Unmarshal(text, &doc) != nil {
		return 0
	}
	for i := 0; i+1 < len(doc.Rules.Content); i += 2 {
		if doc.Rules.Content[i].Value == id {
			return doc.Rules.Content[i].Line
		}
	}
	return 0
}
