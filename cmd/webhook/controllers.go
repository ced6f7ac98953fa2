package main

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/go-logr/logr"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/rest"
	kubeevents "k8s.io/client-go/tools/events"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/config"
	"sigs.k8s.io/controller-runtime/pkg/manager"
	"sigs.k8s.io/controller-runtime/pkg/metrics"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"

	"github.com/lotus-lake/lotus-gate/mutate/keystore"
	"github.com/lotus-lake/lotus-gate/mutate/refresh"
	"github.com/lotus-lake/lotus-gate/mutate/rollout"
	"github.com/lotus-lake/lotus-gate/mutate/secrethash"
	"github.com/lotus-lake/lotus-gate/mutate/values"
	"github.com/lotus-lake/lotus-gate/serve/certificate"
	"github.com/lotus-lake/lotus-gate/serve/registration"
)

// controllers are what one replica at a time runs, in a manager of their own: when
// the lease is lost they start anew, and admission goes on; when the process ends
// they stop first, and the next leader takes over while requests are drained.
type controllers struct {
	options *options
	rest    *rest.Config
	scheme  *runtime.Scheme
	cache   cache.Options
	add     func(context.Context, manager.Manager) error
	log     logr.Logger

	leading atomic.Bool
	synced  atomic.Bool
}

// newControllers are those of the certificates, the webhook configurations, the
// rollouts and the Terraform objects, and the audit.
func newControllers(
	o *options, c configuration, rest *rest.Config, scheme *runtime.Scheme, log logr.Logger,
	reader *values.Reader, keys *keystore.Store, sync *registration.Sync, certificates certificate.Source, audit func(manager.Manager, kubeevents.EventRecorder) error,
) *controllers {
	rollouts, refreshes := rollout.NewMetrics(metrics.Registry), refresh.NewMetrics(metrics.Registry)
	add := func(ctx context.Context, mgr manager.Manager) error {
		events := mgr.GetEventRecorder("lotus-gate")
		keeper := certificate.Keeper{Source: certificates, Publish: sync.Publish, Interval: o.lookInterval()}
		if err := errors.Join(mgr.Add(keeper), mgr.Add(sync)); err != nil {
			return err
		}
		if err := audit(mgr, events); err != nil {
			return err
		}
		refresher, err := refresh.Setup(mgr, refresh.Config{
			Ring: keys.With, Values: reader, Events: events, Metrics: refreshes,
			Mode: secrethash.Mode(c.Refresh.Mode), Settings: c.Refresh.settings(),
			QuietWindow: time.Duration(c.SecretHash.QuietWindow), MaxQuiet: time.Duration(c.SecretHash.MaxQuiet),
		})
		if err != nil {
			return err
		}
		return rollout.Setup(ctx, mgr, rollout.Config{
			Ring: keys.With, Values: reader, Events: events, Metrics: rollouts,
			Mode: secrethash.Mode(c.SecretHash.Mode), PullSecrets: c.SecretHash.ImagePullSecrets, Limits: c.SecretHash.limits(),
			KeysInUse: dropUnused(refresher.KeysInUse, keys.Drop),
		})
	}
	return &controllers{
		options: o, rest: rest, scheme: scheme, log: log.WithName("controllers"), add: add,
		cache: cache.Options{
			ByObject: rollout.CacheOptions(c.SecretHash.ImagePullSecrets), DefaultTransform: refresh.Strip, DefaultNamespaces: o.watched(),
		},
	}
}

// run until the context ends.
func (c *controllers) run(ctx context.Context) {
	for {
		err := c.once(ctx)
		if ctx.Err() != nil {
			return
		}
		c.log.Error(err, "controllers ended, and start anew")
		select {
		case <-ctx.Done():
			return
		case <-time.After(c.options.retryPeriod):
		}
	}
}

func (c *controllers) once(ctx context.Context) error {
	defer c.leading.Store(false)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	anew := true
	mgr, err := manager.New(c.rest, manager.Options{
		Scheme: c.scheme, Cache: c.cache, Logger: c.log,
		Metrics:                       metricsserver.Options{BindAddress: "0"},
		HealthProbeBindAddress:        "0",
		LeaderElection:                c.options.leaderElect,
		LeaderElectionID:              "lotus-gate-webhook",
		LeaderElectionNamespace:       c.options.namespace,
		LeaderElectionReleaseOnCancel: true,
		LeaseDuration:                 &c.options.leaseDuration,
		RenewDeadline:                 &c.options.renewDeadline,
		RetryPeriod:                   &c.options.retryPeriod,
		GracefulShutdownTimeout:       &c.options.drainTimeout,
		Controller:                    config.Controller{SkipNameValidation: &anew}, // the names are used again
	})
	if err != nil {
		return fmt.Errorf("make the controllers' manager: %w", err)
	}
	if err := c.add(ctx, mgr); err != nil {
		return fmt.Errorf("add controllers: %w", err)
	}
	go func() {
		if mgr.GetCache().WaitForCacheSync(ctx) {
			c.synced.Store(true)
		}
	}()
	go func() {
		select {
		case <-mgr.Elected():
			c.leading.Store(true)
		case <-ctx.Done():
		}
	}()
	return mgr.Start(ctx)
}

// ready: a replica that has never seen the cluster cannot stand in for the leader.
// One that has stays ready, for it answers requests whatever its controllers do.
func (c *controllers) ready(context.Context) (string, error) {
	switch {
	case !c.synced.Load():
		return "", errors.New("caches are not in step yet")
	case c.leading.Load():
		return "leader", nil
	}
	return "standby", nil
}
