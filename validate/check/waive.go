package check

import (
	"context"

	"github.com/lotus-lake/lotus-gate/policy"
	"github.com/lotus-lake/lotus-gate/validate/config"
)

// Waive marks the findings that the configuration accepts.
func (c *Checker) Waive(findings []policy.Finding) {
	for i, f := range findings {
		for _, w := range c.Config.Waivers {
			findings[i].Waived = findings[i].Waived || w.Covers(f.Rule, f.Path) && !w.Expired(c.Now)
		}
	}
}

// waive marks what the configuration accepts and judges the waivers
// themselves. A run over part of a repository (whole is false) cannot tell that
// a waiver is unused.
func (r *run) waive(ctx context.Context, whole bool) {
	used := map[config.Waiver]bool{}
	accepted := func(rule, path string) (ok bool) {
		for _, w := range r.Config.Waivers {
			if w.Covers(rule, path) {
				used[w] = true
				ok = ok || !w.Expired(r.Now)
			}
		}
		return ok
	}
	for i, f := range r.res.Findings {
		r.res.Findings[i].Waived = accepted(f.Rule, f.Path)
	}
	for i, n := range r.res.NotInspected {
		if n.Undecided && accepted(config.NotInspected, n.Path) {
			r.res.NotInspected[i].Undecided = false
		}
	}
	judged := map[config.Waiver]bool{}
	for _, w := range r.waivers {
		if judged[w] {
			continue // of another branch
		}
		judged[w] = true
		doc := policy.Document{Kind: "waiver", Path: config.File, Input: map[string]any{
			"rule": w.Rule, "pattern": w.Path, "reason": w.Reason, "owner": w.Owner, "expires": w.Expires.Format("2006-01-02"),
			"days_left": w.DaysLeft(r.Now), "expired": w.Expired(r.Now), "used": used[w] || !whole,
			"at": map[string]any{"path": config.File, "line": w.Line, "column": 1},
		}}
		if r.Engine.Wants(doc.Kind, policy.Tip) {
			r.keep(r.judge(ctx, doc))
		}
	}
}
