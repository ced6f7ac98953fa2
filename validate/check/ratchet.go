package check

import (
	"github.com/lotus-lake/lotus-gate/policy"
)

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
	r.Set.MarkExisting(findings, before)
	return findings
}
