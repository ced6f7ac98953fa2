package patrol

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	reports "github.com/openreports/reports-api/apis/openreports.io/v1alpha1"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/log"

	"github.com/lotus-lake/lotus-gate/policy"
)

// round is one look at everything.
type round struct {
	policies Policies
	now      time.Time
	book     *book
	counts   map[finding]int // of results, by rule and what they say
	objects  int             // that were judged
	gaps     []string        // what nobody could tell
}

type finding struct{ rule, result string }

// memory is what the last round left.
type memory struct {
	revision string          // of its rules
	nowhere  bool            // there was no place for reports
	book     *book           // what it said, where no report keeps it
	gaps     map[string]bool // what nobody could tell; nil before the first
}

// round looks at everything and reports. An error means that what is known is not
// enough to say that anything changed.
func (p *Patrol) round(ctx context.Context) (err error) {
	begun := p.config.Now()
	r := &round{policies: p.config.Policies(), now: begun, book: newBook(p.config.MaxResults), counts: map[finding]int{}}
	defer func() { p.config.Metrics.went(r, err, begun, p.config.Now()) }()
	p.trouble.Store(0)
	if err := p.objects(ctx, r); err != nil {
		return err
	}
	if err := p.audit(ctx, r); err != nil {
		return err
	}
	if n := p.trouble.Load(); n > 0 {
		return fmt.Errorf("the API server did not answer %d questions", n)
	}
	slices.Sort(r.gaps)
	r.gaps = slices.Compact(r.gaps)
	for _, gap := range r.gaps {
		r.book.add(undecided(gap))
	}
	changes, err := p.publish(ctx, r)
	p.tell(ctx, changes)
	p.revision = r.policies.Revision
	return err
}

// undecided notes that nobody could tell something.
func (r *round) undecided(why string) { r.gaps = append(r.gaps, why) }

// findings enters what was found on an object, or on none of the cluster's.
func (r *round) findings(found []policy.Finding, on *corev1.ObjectReference) {
	place := ""
	if on != nil {
		place = on.Namespace
	}
	for _, f := range found {
		f, ok := r.policies.Engine.Enforce(f, place, r.now)
		if !ok {
			continue
		}
		rule, _ := r.policies.Set.Rule(f.Rule)
		result := resultOf(f, rule, on)
		r.book.add(result)
		says := string(result.Result)
		if !result.Scored {
			says = string(policy.DryRun)
		}
		r.counts[finding{f.Rule, says}]++
	}
}

// outdated tells whether rules changed since the last round, or whether there is now
// a place for its reports.
func (p *Patrol) outdated(ctx context.Context) bool {
	if p.revision != "" && p.revision != p.config.Policies().Revision {
		return true
	}
	if !p.nowhere {
		return false
	}
	has, err := p.installed(ctx)
	if err != nil {
		log.FromContext(ctx).V(1).Info("look for a kind of reports", "reason", err.Error())
	}
	return len(has) > 0
}

// partly tells whether there is something that nobody could tell and that was known the
// last time: then what was not found again may still be there. Once only: what stays
// unknown is said in the report, and what was known of it before is out of date.
func (p *Patrol) partly(r *round) bool {
	before := p.gaps
	p.gaps = map[string]bool{}
	for _, gap := range r.gaps {
		p.gaps[gap] = true
	}
	return slices.ContainsFunc(r.gaps, func(gap string) bool { return !before[gap] })
}

// publish writes reports where there is a kind of them, and gives what changed.
func (p *Patrol) publish(ctx context.Context, r *round) ([]change, error) {
	has, err := p.installed(ctx)
	if err != nil {
		return nil, err
	}
	partly := p.partly(r)
	if len(has) == 0 {
		if !p.nowhere {
			log.FromContext(ctx).Info("this cluster has neither reports of openreports.io nor policyreports of wgpolicyk8s.io: findings are told by metrics and events alone, until it has", "look", p.config.Look.String())
		}
		p.nowhere = true
		return p.remember(r, partly), nil
	}
	if p.book == nil {
		p.book = newBook(r.book.most)
	}
	for _, other := range has[1:] { // of an earlier time, when there was nothing better
		err := p.ours(ctx, other, func(old *reports.Report) error {
			p.book.sheet(old.Namespace).results = old.Results
			return nil
		})
		if err != nil {
			return nil, fmt.Errorf("read older reports: %w", err)
		}
	}
	changes, err := p.write(ctx, has[0], r, partly)
	if err != nil {
		return changes, err
	}
	p.nowhere, p.book = false, nil
	for _, other := range has[1:] {
		err = errors.Join(err, p.ours(ctx, other, func(old *reports.Report) error { return client.IgnoreNotFound(p.remove(ctx, other, old)) }))
	}
	return changes, err
}

// remember does without reports.
func (p *Patrol) remember(r *round, partly bool) []change {
	if p.book == nil {
		p.book = newBook(r.book.most)
	}
	namespaces := map[string]bool{}
	for _, b := range []*book{p.book, r.book} {
		for namespace := range b.sheets {
			namespaces[namespace] = true
		}
	}
	var changes []change
	for _, namespace := range slices.Sorted(maps.Keys(namespaces)) {
		was := p.book.sheet(namespace).results
		if partly {
			r.book.keep(was)
		}
		changes = append(changes, changesOf(was, r.book.close(namespace, was, stamp(r)))...)
	}
	p.book = r.book
	return changes
}
