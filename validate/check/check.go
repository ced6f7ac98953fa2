// Package check judges snapshots and histories: it builds the documents that
// the rules want, in time proportional to what changed, and settles which
// findings are old and which are waived.
package check

import (
	"cmp"
	"context"
	"runtime"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/lotus-lake/lotus-gate/policy"
	"github.com/lotus-lake/lotus-gate/validate/config"
	"github.com/lotus-lake/lotus-gate/validate/lake"
	"github.com/lotus-lake/lotus-gate/validate/state"
	"github.com/lotus-lake/lotus-gate/validate/stream"
)

// Checker holds what every check needs. It is used for one run.
type Checker struct {
	Set    *policy.Set
	Engine *policy.Engine
	Config config.Config
	Now    time.Time

	// Progress, when set, is told how much of the work is done; total is 0
	// while it is unknown.
	Progress func(done, total int)

	// OwnConfig: Config is that of the judged repository, so that a change of
	// it is judged too.
	OwnConfig bool
	// Load makes the set of rules of which the repository's own are part, as a
	// change leaves them.
	Load func(own []policy.Files) (*policy.Set, error)
	// BrokenConfig: the repository's own configuration cannot be used and Config
	// stands in for it: only a change that mends it is let through.
	BrokenConfig bool

	// Timeline: a range or a history is asked what became of its backfill flags.
	Timeline bool

	// Observe, when set, is given every document before it is judged.
	Observe func(policy.Document)
	// ObserveOnly: documents are built and observed, and not judged.
	ObserveOnly bool

	flags lake.FlagCache // of the repository that receives a push
}

// NotInspected is a file that nobody looked into, and why.
type NotInspected struct {
	Path   string
	Commit string
	Reason string
	// Undecided: the file could hold what must be refused, so the run reached
	// no verdict on it. Otherwise it is for information (a submodule, an LFS
	// pointer).
	Undecided bool
}

// Result is what a run found.
type Result struct {
	Findings     []policy.Finding // sorted
	NotInspected []NotInspected   // sorted
	Undecided    []error          // why there is no verdict on something
	Waivers      []Waiver         // in the order of the configuration
	Commits      int
	Documents    int
	Timeline     *stream.Timeline // nil unless it was asked for
}

// run gathers the result of one check from many goroutines.
type run struct {
	*Checker
	mu      sync.Mutex
	res     Result
	waivers []config.Waiver             // to be judged themselves
	units   map[string][]policy.Finding // what each has now; nil outside of a replay
}

// start begins a run that judges the waivers of the configuration.
func (c *Checker) start() *run { return &run{Checker: c, waivers: c.Config.Waivers} }

// startChange begins a run that judges the waivers as changes leave them.
func (c *Checker) startChange() *run { return &run{Checker: c} }

// judge asks the tip rules; a document that they cannot decide is kept as an
// error and does not stop the others.
func (r *run) judge(ctx context.Context, doc policy.Document) []policy.Finding {
	r.observe(doc)
	return r.ask(ctx, doc, policy.Tip)
}

// ask asks the rules of one time.
func (r *run) ask(ctx context.Context, doc policy.Document, when policy.When) []policy.Finding {
	if r.ObserveOnly {
		return nil
	}
	findings, err := r.Engine.Judge(ctx, doc, when)
	if err != nil {
		r.undecided(err)
	}
	return findings
}

func (r *run) observe(doc policy.Document) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.res.Documents++
	if r.Observe != nil {
		r.Observe(doc)
	}
}

// keep takes findings into the result, as they are to be enforced by now.
func (r *run) keep(findings []policy.Finding) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, f := range findings {
		if f, ok := r.Engine.Enforce(f, f.Path, r.Now); ok {
			r.res.Findings = append(r.res.Findings, f)
		}
	}
}

func (r *run) undecided(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.res.Undecided = append(r.res.Undecided, err)
}

func (r *run) skip(u lake.UninspectedError, commit string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.res.NotInspected = append(r.res.NotInspected, NotInspected{u.Path, commit, u.Reason, u.Undecided})
}

// finish settles waivers and order.
func (r *run) finish(ctx context.Context, whole bool) Result {
	r.waive(ctx, whole)
	r.res.Findings = policy.Sort(r.res.Findings)
	slices.SortFunc(r.res.NotInspected, func(a, b NotInspected) int {
		return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Commit, b.Commit), cmp.Compare(a.Reason, b.Reason))
	})
	r.res.NotInspected = slices.Compact(r.res.NotInspected)
	slices.SortFunc(r.res.Undecided, func(a, b error) int { return cmp.Compare(a.Error(), b.Error()) })
	r.res.Undecided = slices.CompactFunc(r.res.Undecided, func(a, b error) bool { return a.Error() == b.Error() })
	return r.res
}

// lake tells what the files of the judged repository are.
func (c *Checker) lake() lake.Settings {
	return lake.Settings{Layout: c.Config.Layout, Names: c.Engine.Strings("code", "identifiers"), Flags: c.flags}
}

func (c *Checker) stateLimits() state.Limits {
	limits := state.DefaultLimits()
	limits.MaxUnpacked = c.Config.Limits.Unpacked
	return limits
}

// each calls work for every item on all processors and stops at the first
// error.
func each[T any](ctx context.Context, items []T, work func(context.Context, int, T) error) error {
	group, ctx := errgroup.WithContext(ctx)
	next := make(chan int)
	for range min(runtime.GOMAXPROCS(0), len(items)) {
		group.Go(func() error {
			for i := range next {
				if err := work(ctx, i, items[i]); err != nil {
					return err
				}
			}
			return nil
		})
	}
	group.Go(func() error {
		defer close(next)
		for i := range items {
			select {
			case next <- i:
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		return nil
	})
	return group.Wait()
}
