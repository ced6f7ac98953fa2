package bundle

import (
	"github.com/lotus-lake/lotus-gate/policy"
)

// Content is what of policies is compared.
type Content struct {
	Revision string

	rules map[string]policy.Rule
	code  map[string]map[string]string // digests, by rule id and package
	data  map[string]any
}

// NewContent takes the authors' part of a set. Rules that are shipped belong to the
// gate, and change with it.
func NewContent(set *policy.Set, revision string) (*Content, error) {
	c := &Content{Revision: revision, rules: map[string]policy.Rule{}, code: map[string]map[string]string{}, data: set.Data()}
	for _, rule := range set.Rules() {
		if rule.Shipped {
			continue
		}
		code, err := set.Code(rule.ID)
		if err != nil {
			return nil, err
		}
		c.rules[rule.ID], c.code[rule.ID] = rule, code
	}
	return c, nil
}
