// Package patrol goes its rounds over a cluster: it judges the objects that are there
// by the rules on requests, audits what Terraform and its states believe, and reports
// what it finds as OpenReports, or as PolicyReports where those are what is installed,
// as metrics, and as one event for each change. It reads page by page and one question
// after the other, and writes nothing but its own reports.
package patrol

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/go-logr/logr"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/events"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/log"
	"sigs.k8s.io/controller-runtime/pkg/manager"

	"github.com/lotus-lake/lotus-gate/policy"
	"github.com/lotus-lake/lotus-gate/validate/kube"
)

// Policies are the rules in use: engine and revision of one set.
type Policies struct {
	Set      *policy.Set
	Engine   *policy.Engine
	Revision string
}

// Config of a Patrol. Policies and Events are required.
type Config struct {
	Policies   func() Policies
	Events     events.EventRecorder
	Metrics    *Metrics // nil counts nothing
	Namespaces []string // that may be read; none: all
	User       string   // whom rules on requests take for the one that asks

	Interval    time.Duration // between two rounds while nothing changes; an hour when 0
	MinInterval time.Duration // and no two are closer; a minute when 0
	QuietWindow time.Duration // from a change to the round that looks at it; 10 s when 0
	MaxResults  int           // of one report; 200 when 0
	Look        time.Duration // how often to look for changed rules and new kinds; 30 s when 0

	Now func() time.Time // time.Now when nil
}

// page is how many objects are in memory at a time: a page of ConfigMaps of the
// largest size has 25 MiB.
const page = 25

// Patrol is what the leader runs.
type Patrol struct {
	config  Config
	reader  *kube.Client
	live    client.Client
	cache   cache.Cache
	log     logr.Logger
	trouble atomic.Int64 // answers that the API server owes
	changes chan struct{}

	memory // what the last round left
}

// Setup adds a Patrol to a manager whose cache holds Terraform objects and sources.
func Setup(mgr manager.Manager, config Config) error {
	config.Interval = cmp.Or(config.Interval, time.Hour)
	config.MinInterval = cmp.Or(config.MinInterval, time.Minute)
	config.QuietWindow = cmp.Or(config.QuietWindow, 10*time.Second)
	config.MaxResults = cmp.Or(config.MaxResults, 200)
	config.Look = cmp.Or(config.Look, 30*time.Second)
	if config.Now == nil {
		config.Now = time.Now
	}
	p := &Patrol{config: config, cache: mgr.GetCache(), log: mgr.GetLogger().WithName("patrol"), changes: make(chan struct{}, 1)}
	counted := rest.CopyConfig(mgr.GetConfig())
	counted.Wrap(func(next http.RoundTripper) http.RoundTripper { return counting{next, &p.trouble} })
	var err error
	if p.reader, err = kube.New(counted); err != nil {
		return fmt.Errorf("patrol: %w", err)
	}
	p.reader.Page = page
	if p.live, err = client.New(counted, client.Options{Scheme: mgr.GetScheme(), Mapper: mgr.GetRESTMapper()}); err != nil {
		return fmt.Errorf("patrol: %w", err)
	}
	if err := mgr.Add(p); err != nil {
		return fmt.Errorf("patrol: %w", err)
	}
	return nil
}

// NeedLeaderElection: one replica goes the rounds.
func (p *Patrol) NeedLeaderElection() bool { return true }

// Start goes rounds until the context ends.
func (p *Patrol) Start(ctx context.Context) error {
	ctx = log.IntoContext(ctx, p.log)
	defer p.config.Metrics.forget()
	p.follow(ctx)
	look := time.NewTicker(p.config.Look)
	defer look.Stop()
	var last time.Time
	due, failures := p.config.Now(), 0
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-p.changes:
			due = earlier(due, later(p.config.Now().Add(p.config.QuietWindow), last.Add(p.config.MinInterval)))
		case <-look.C:
			if p.outdated(ctx) {
				due = earlier(due, later(p.config.Now(), last.Add(p.config.MinInterval)))
			}
		case <-time.After(due.Sub(p.config.Now())):
			err := p.round(ctx)
			if ctx.Err() != nil {
				return nil
			}
			last = p.config.Now()
			due = last.Add(p.config.Interval)
			if failures++; err == nil {
				failures = 0
				continue
			}
			log.FromContext(ctx).Error(err, "no round: what was reported stays as it is")
			due = last.Add(min(p.config.MinInterval<<min(failures-1, 10), p.config.Interval))
		}
	}
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// counting counts the questions that the API server did not answer. What it refuses
// is an answer.
type counting struct {
	next    http.RoundTripper
	trouble *atomic.Int64
}

func (c counting) RoundTrip(request *http.Request) (*http.Response, error) {
	response, err := c.next.RoundTrip(request)
	if err != nil || response.StatusCode >= http.StatusInternalServerError {
		c.trouble.Add(1)
	}
	return response, err
}
