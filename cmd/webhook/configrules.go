package main

import (
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
	return c.Rules.Check(text, shipped, func(id string) bool {
		_, known := shipped.Rule(id)
		return !known && (len(c.Policies.Directories)+len(c.Policies.Bundles) > 0 || c.Policies.ConfigMaps != "")
	})
}
