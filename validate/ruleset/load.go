package ruleset

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/log"

	"github.com/lotus-lake/lotus-gate/policy"
)

// load makes a set of the sources and has it serve, or tells why not.
func (r *Ruleset) load(ctx context.Context, sources []source, unread error) {
	first := !r.Status().Loaded
	p, err := r.build(ctx, sources, unread)
	if ctx.Err() != nil {
		return
	}
	if err != nil {
		r.reject(ctx, err)
		if !first {
			return
		}
		// Nothing good has served before that one bad source should not take away.
		if p = r.salvage(ctx, sources); p == nil {
			return
		}
	} else {
		r.accept(ctx)
	}
	r.serve(p, time.Now())
	for _, s := range p.sources {
		if s.opened != nil {
			s.serves(ctx)
		}
	}
	if r.config.OnLoad != nil {
		r.config.OnLoad(p)
	}
}

// build compiles and tests a set. Nothing of it is in use yet.
func (r *Ruleset) build(ctx context.Context, sources []source, unread error) (*Policies, error) {
	if unread != nil {
		return nil, unread
	}
	set, err := policy.LoadFiles(r.config.Embedded, authored(sources), r.config.Allowed...)
	if err != nil {
		return nil, err
	}
	p, err := prepare(ctx, set, r.config.Tuning)
	if err != nil {
		return nil, err
	}
	if err := passes(ctx, set, r.config.Limits.Tests); err != nil {
		return nil, err
	}
	if r.config.Check != nil {
		if err := r.config.Check(ctx, set.Rules()); err != nil {
			return nil, err
		}
	}
	p.sources = sources
	return p, nil
}

// prepare compiles everything that requests may need, so that none waits for it.
func prepare(ctx context.Context, set *policy.Set, tuning policy.Config) (*Policies, error) {
	engine, err := policy.NewEngine(set, tuning)
	if err != nil {
		return nil, err
	}
	if err := engine.PrepareRequests(ctx); err != nil {
		return nil, err
	}
	revision, err := set.Revision()
	return &Policies{Set: set, Engine: engine, Revision: revision}, err
}

// passes runs the author's tests.
func passes(ctx context.Context, set *policy.Set, limits policy.Limits) error {
	results, err := set.Test(ctx, limits)
	if err != nil {
		return err
	}
	var failed []string
	for _, t := range results {
		if !t.Passed && !t.Skipped {
			failed = append(failed, strings.TrimSuffix(fmt.Sprintf("%s:%d: test %s does not pass: %s", t.Path, t.Line, t.Name, t.Problem), ": "))
		}
	}
	if len(failed) > 0 {
		return errors.New(strings.Join(failed, "; "))
	}
	return nil
}

// salvage makes a set of those sources that can be used, when others cannot; nil
// for none.
func (r *Ruleset) salvage(ctx context.Context, sources []source) *Policies {
	var good []source
	var best *Policies
	for again := true; again; { // a source may need the helpers of a later one
		again = false
		var bad []source
		for _, s := range sources {
			p, err := r.build(ctx, append(good[:len(good):len(good)], s), nil)
			if err != nil {
				bad = append(bad, s)
				continue
			}
			good, best, again = append(good, s), p, true
		}
		sources = bad
	}
	if best != nil {
		log.FromContext(ctx).Info("the other policies serve", "sources", len(good), "rejected", len(sources))
	}
	return best
}

// serve swaps what requests are judged with.
func (r *Ruleset) serve(p *Policies, now time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.current.Store(p)
	r.status.Revision, r.status.Rules, r.status.LoadedAt = p.Revision, len(p.Set.Rules()), now
	r.config.Metrics.serving(p.Revision)
}
