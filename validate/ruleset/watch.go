package ruleset

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"k8s.io/client-go/tools/cache"
	"sigs.k8s.io/controller-runtime/pkg/log"
)

// Start follows the sources until ctx ends. It is a manager.Runnable.
func (r *Ruleset) Start(ctx context.Context) error {
	ctx = log.IntoContext(ctx, log.FromContext(ctx).WithName("policies"))
	wake := make(chan struct{}, 1)
	notify := func() {
		select {
		case wake <- struct{}{}:
		default:
		}
	}
	if r.watchesConfigMaps() {
		informer, err := r.config.newInformer(notify)
		if err != nil {
			return fmt.Errorf("watch policies: %w", err)
		}
		r.store = informer.GetStore()
		go informer.RunWithContext(ctx)
		if !cache.WaitForCacheSync(ctx.Done(), informer.HasSynced) {
			return nil
		}
	}
	defer r.followBundles(ctx, notify)()
	var tick <-chan time.Time
	if len(r.config.Directories) > 0 {
		ticker := time.NewTicker(r.config.Poll)
		defer ticker.Stop()
		tick = ticker.C
	}
	r.follow(ctx, wake, tick)
	return nil
}

// followBundles polls for the bundles, each by itself, and waits until each was asked
// for once or is on disk. The returned function waits for them to end.
func (r *Ruleset) followBundles(ctx context.Context, notify func()) (wait func()) {
	var all sync.WaitGroup
	for _, f := range r.followers {
		f.recall(ctx)
		all.Go(func() { f.poll(ctx, notify, func(problem error) { r.tellBundle(ctx, problem) }) })
	}
	for _, f := range r.followers {
		select {
		case <-f.first:
		case <-ctx.Done():
		}
	}
	return all.Wait
}

// patience is how many times Debounce sources that keep changing are waited for.
const patience = 20

// follow loads the sources at once, and again whenever they have changed and then
// been left alone.
func (r *Ruleset) follow(ctx context.Context, wake <-chan struct{}, tick <-chan time.Time) {
	var tried, pending [sha256.Size]byte
	var began, changed time.Time
	again := time.NewTimer(0)
	defer again.Stop()
	for first := true; ; first = false {
		select {
		case <-ctx.Done():
			return
		case <-wake:
		case <-tick:
		case <-again.C:
			if r.Status().Problem != "" {
				tried = [sha256.Size]byte{}
			}
		}
		sources, sum, err := r.read()
		now := time.Now()
		if sum == tried {
			began = time.Time{}
			continue
		}
		if began.IsZero() {
			began = now
		}
		if sum != pending {
			pending, changed = sum, now
		}
		if wait := r.config.Debounce - now.Sub(changed); !first && wait > 0 && now.Sub(began) < patience*r.config.Debounce {
			again.Reset(wait)
			continue
		}
		r.load(ctx, sources, err)
		tried, began = sum, time.Time{}
		if r.Status().Problem != "" {
			again.Reset(r.config.Retry)
		}
	}
}

// read takes a copy of all sources, and a sum of it: of the error when they cannot
// be read.
func (r *Ruleset) read() (sources []source, sum [sha256.Size]byte, err error) {
	left := &budget{bytes: r.config.Limits.Bytes, files: r.config.Limits.Files}
	hash := sha256.New()
	var problems []string
	add := func(s source, err error) {
		switch {
		case err != nil:
			problems = append(problems, err.Error())
		case !s.empty():
			sources = append(sources, s)
			s.sum(hash)
		}
	}
	for _, dir := range r.config.Directories {
		add(readDirectory(dir, left))
	}
	if r.store != nil {
		for _, object := range configMaps(r.store) {
			add(readConfigMap(object, left))
		}
	}
	for _, f := range r.followers {
		add(f.source(left))
	}
	if len(problems) > 0 {
		err = errors.New(strings.Join(problems, "; "))
		fmt.Fprintf(hash, "unreadable: %s", err)
	}
	hash.Sum(sum[:0])
	return sources, sum, err
}
