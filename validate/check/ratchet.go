package check

import (
	"github.com/lotus-lake/lotus-gate/policy"
)

// fingerprint identifies a finding across versions of a file: where it stands
// in the text may have moved.
type fingerprint struct{ rule, path, field, message string }

// ratchet marks findings that the base had as existing, one for one, unless
// their rule is not ratcheted. base is asked only when there is a base and
// there are findings.
func (r *run) ratchet(findings []policy.Finding, hasBase bool, base func() ([]policy.Finding, error)) []policy.Finding {
	if len(findings) == 0 || !hasBase {
		return findings
	}
	before, err := base()
	if err != nil {
		r.undecided(err)
		return findings
	}
	had := map[fingerprint]int{}
	for _, f := range before {
		had[fingerprint{f.Rule, f.Path, f.Field, f.Message}]++
	}
	for i, f := range findings {
		key := fingerprint{f.Rule, f.Path, f.Field, f.Message}
		if rule, ok := r.Set.Rule(f.Rule); had[key] > 0 && ok && rule.Ratchet {
			had[key]--
			findings[i].Existing = true
		}
	}
	return findings
}
