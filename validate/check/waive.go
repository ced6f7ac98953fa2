package check

import (
	"context"
	"time"

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
		waiver := Waiver{w, used[w] || !whole}
		r.res.Waivers = append(r.res.Waivers, waiver)
		if doc := waiver.document(r.Now); r.Engine.Wants(doc.Kind, policy.Tip) {
			r.keep(r.judge(ctx, doc))
		}
	}
}

// Waiver is a waiver that was judged.
type Waiver struct {
	config.Waiver
	Used bool // it covers something, or a part of the repository could not tell
}

func (w Waiver) document(now time.Time) policy.Document {
	return policy.Document{Kind: "waiver", Path: config.File, Input: map[string]any{
		"rule": w.Rule, "pattern": w.Path, "reason": w.Reason, "owner": w.Owner, "expires": w.Expires.Format(time.DateOnly),
		"days_left": w.DaysLeft(now), "expired": w.Expired(now), "used": w.Used,
		"at": map[string]any{"path": config.File, "line": w.Line, "column": 1},
	}}
}

// Waiver is what the rules say of a waiver that is to be written.
func (c *Checker) Waiver(ctx context.Context, w config.Waiver) ([]policy.Finding, error) {
	return c.Engine.Judge(ctx, Waiver{w, true}.document(c.Now), policy.Tip)
}
