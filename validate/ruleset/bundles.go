package ruleset

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"sync"
	"time"

	core "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/log"

	"github.com/lotus-lake/lotus-gate/policy/bundle"
	"github.com/lotus-lake/lotus-gate/policy/remote"
)

// Bundle is a policy bundle that is published somewhere.
type Bundle struct {
	Name    string // of metrics, status and messages
	Ref     remote.Ref
	Trust   bundle.Trust
	Fetcher Fetcher
	Poll    time.Duration // between two looks, give or take a fifth; 0 is 1 min
}

// Fetcher gets what a reference stands for; *remote.Client does.
type Fetcher interface {
	Fetch(ctx context.Context, ref remote.Ref, known string) (remote.Fetched, error)
}

// BundleStatus is what readiness and operators want to know of a bundle.
type BundleStatus struct {
	Name     string
	Revision string // of the one that serves
	Digest   string // of its archive; "" while none has ever served
	Key      string // id of the key that it is signed with; "" for none
	Problem  string // why what is published now does not serve; "" when it does, as far as is known
}

// follower keeps one bundle: the newest that may be used is its candidate, which
// serves once a set with it has been loaded.
type follower struct {
	Bundle
	store   remote.Store // no directory: nothing is kept
	metrics *Metrics
	first   chan struct{} // closed when there is a candidate, or when it was asked for one

	mu        sync.Mutex
	candidate *bundle.Bundle
	fetched   remote.Fetched // that the candidate was read from
	seen      string         // version that was fetched last, usable or not
	serving   *bundle.Bundle
	refused   error // why what was seen last may not be used
	problem   string
}

func (r *Ruleset) newFollowers() []*follower {
	var all []*follower
	for _, b := range r.config.Bundles {
		b.Poll = cmp.Or(b.Poll, time.Minute)
		all = append(all, &follower{Bundle: b, store: remote.Store{Dir: r.config.Cache}, metrics: r.config.Metrics, first: make(chan struct{})})
	}
	return all
}

// recall takes up what was kept on disk, if it still may be used.
func (f *follower) recall(ctx context.Context) {
	if f.store.Dir == "" {
		return
	}
	kept, err := f.store.Load(f.Ref.String())
	if err != nil {
		if !errors.Is(err, fs.ErrNotExist) {
			log.FromContext(ctx).Error(err, "bundle on disk cannot be read", "bundle", f.Name)
		}
		return
	}
	opened, err := bundle.Open(kept.Archive, f.Trust)
	if err != nil {
		log.FromContext(ctx).Error(err, "bundle on disk is refused", "bundle", f.Name)
		return
	}
	log.FromContext(ctx).Info("bundle taken from disk", "bundle", f.Name, "revision", opened.Revision, "digest", opened.Digest)
	f.mu.Lock()
	f.candidate, f.fetched, f.seen = opened, kept, kept.Version
	f.mu.Unlock()
	close(f.first)
}

// poll looks for what is published until ctx ends. It calls notify when there is a new
// candidate or news of what is wrong.
func (f *follower) poll(ctx context.Context, notify func(), tell func(problem error)) {
	for failures := 0; ; {
		changed, err := f.look(ctx)
		if ctx.Err() != nil {
			return
		}
		failures++
		if err == nil {
			failures = 0
		}
		news, worse := f.say(err)
		if worse {
			tell(fmt.Errorf("bundle %s: %w", f.Name, err))
		}
		changed = changed || news
		select {
		case <-f.first:
		default:
			close(f.first)
		}
		if changed {
			notify()
		}
		wait := f.Poll << min(failures, 3)
		select {
		case <-ctx.Done():
			return
		case <-time.After(time.Duration(float64(wait) * (0.8 + 0.4*rand.Float64()))): //nolint:gosec // replicas shall not ask all at once
		}
	}
}

// look fetches what is new. A bundle that may not be used changes nothing.
func (f *follower) look(ctx context.Context) (changed bool, err error) {
	f.mu.Lock()
	seen, refused := f.seen, f.refused
	f.mu.Unlock()
	fetched, err := f.Fetcher.Fetch(ctx, f.Ref, seen)
	if err != nil {
		f.metrics.fetched(f.Name, "failed")
		return false, err
	}
	if fetched.Archive == nil {
		f.metrics.fetched(f.Name, "unchanged")
		return false, refused // what was refused is still what is published
	}
	opened, err := bundle.Open(fetched.Archive, f.Trust)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.seen = fetched.Version
	if err != nil {
		f.metrics.fetched(f.Name, "refused")
		f.refused = fmt.Errorf("%s: refused: %w", f.Ref, err)
		return false, f.refused
	}
	f.metrics.fetched(f.Name, "fetched")
	changed = f.candidate == nil || f.candidate.Digest != opened.Digest
	f.candidate, f.fetched, f.refused = opened, fetched, nil
	return changed, nil
}

// say remembers what is wrong. It reports whether that is news, and whether somebody
// should be told: not when a server fails in another way than before.
func (f *follower) say(err error) (news, worse bool) {
	problem := ""
	if err != nil {
		problem = err.Error()
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	var refused *bundle.RefusedError
	news = problem != f.problem
	worse = news && err != nil && (f.problem == "" || errors.As(err, &refused))
	f.problem = problem
	f.metrics.bundleFailed(f.Name, err != nil)
	return news, worse
}

// source is the candidate as a source of policies.
func (f *follower) source(left *budget) (source, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.candidate == nil {
		return source{}, fmt.Errorf("bundle %s: %s", f.Name, cmp.Or(f.problem, "not fetched yet"))
	}
	name := "bundle " + f.Name
	if files, bytes := f.candidate.Sizes(); left.takeAll(files, bytes) {
		return source{name: name, opened: f.candidate, follower: f, fetched: f.fetched}, nil
	}
	return source{}, fmt.Errorf("%s: policies are too large", name)
}

// serves notes that a bundle serves, and keeps it for the next start.
func (s source) serves(ctx context.Context) {
	f := s.follower
	f.mu.Lock()
	again := f.serving != nil && f.serving.Digest == s.opened.Digest
	f.serving = s.opened
	f.mu.Unlock()
	f.metrics.bundle(f.Name, s.opened.Revision, s.opened.Digest)
	if again || f.store.Dir == "" {
		return
	}
	if err := f.store.Save(f.Ref.String(), s.fetched); err != nil {
		log.FromContext(ctx).Error(err, "bundle is not kept on disk: without the registry, the next start will be without it", "bundle", f.Name)
	}
}

func (f *follower) status() BundleStatus {
	f.mu.Lock()
	defer f.mu.Unlock()
	status := BundleStatus{Name: f.Name, Problem: f.problem}
	if f.serving != nil {
		status.Revision, status.Digest, status.Key = f.serving.Revision, f.serving.Digest, f.serving.Signer.KeyID
	}
	return status
}

// tellBundle says that what is published cannot be had or used.
func (r *Ruleset) tellBundle(ctx context.Context, problem error) {
	log.FromContext(ctx).Error(problem, "bundle: the last good one goes on serving")
	if r.config.Recorder != nil && r.config.Regards != nil {
		r.config.Recorder.Eventf(r.config.Regards, nil, core.EventTypeWarning, "BundleRejected", "FetchBundle", "%s", note(problem))
	}
}
