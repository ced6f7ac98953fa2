// Package refresh makes tofu-controller run a Terraform object when its source or a
// value that it uses has changed, and follows each request to the proof that a run
// took place: what package rerun decides, it reads, writes and waits for.
package refresh

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/tools/events"
	"k8s.io/client-go/util/workqueue"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/manager"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/lotus-lake/lotus-gate/mutate/digest"
	"github.com/lotus-lake/lotus-gate/mutate/rerun"
	"github.com/lotus-lake/lotus-gate/mutate/secrethash"
)

// Config of the controller. Values, Ring and Events are required.
type Config struct {
	Values Values
	// Ring that holds the key of that id if any replica has it.
	Ring     func(ctx context.Context, id string) digest.Keyring
	Events   events.EventRecorder
	Metrics  *Metrics        // nil counts nothing
	Mode     secrethash.Mode // of objects and namespaces that do not say; "" is enabled
	Settings rerun.Settings  // MinBackoff is 30 s when 0

	QuietWindow time.Duration // after a change of a used object; 0 is none
	MaxQuiet    time.Duration // and no longer than this while it keeps changing

	Workers   int           // reconciles at a time; 4 when 0
	KindCheck time.Duration // how often to look for kinds that are not served; a minute when 0
	KeyCheck  time.Duration // how often to look for records under older keys; a minute when 0

	Now func() time.Time // time.Now when nil
}

// Controller asks for runs of Terraform objects. Two at once are safe: every write
// says which version of the object it was decided on.
type Controller struct {
	config  Config
	cache   client.Reader
	live    client.Reader
	writer  client.Writer
	mapper  meta.RESTMapper
	indexer client.FieldIndexer
	scheme  *runtime.Scheme
	facts   facts
	quiet   *quiet
	dry     dryRuns
	indexed atomic.Bool
	again   chan event.TypedGenericEvent[types.NamespacedName]
}

// Setup adds the controller to a manager whose cache was made with Strip and with the
// rollout package's options, and whose scheme knows Terraform objects and sources. A standby keeps its cache warm
// and writes nothing.
func Setup(mgr manager.Manager, config Config) (*Controller, error) {
	if config.Values == nil || config.Ring == nil || config.Events == nil {
		return nil, errors.New("refresh: values, installation keys and events are required")
	}
	defaults(&config)
	c := &Controller{
		config: config, cache: mgr.GetCache(), live: mgr.GetAPIReader(), writer: mgr.GetClient(),
		mapper: mgr.GetRESTMapper(), indexer: mgr.GetFieldIndexer(), scheme: mgr.GetScheme(),
		facts: facts{values: config.Values, metadata: mgr.GetCache(), ring: config.Ring},
		quiet: newQuiet(config.QuietWindow, config.MaxQuiet),
		dry:   dryRuns{seen: map[types.NamespacedName]dryRun{}},
		again: make(chan event.TypedGenericEvent[types.NamespacedName]),
	}
	yes := true
	made, err := controller.New("terraform-refresh", mgr, controller.Options{
		Reconciler:              c,
		MaxConcurrentReconciles: config.Workers,
		NeedLeaderElection:      &yes,
		EnableWarmup:            &yes,
		RateLimiter:             workqueue.NewTypedItemExponentialFailureRateLimiter[reconcile.Request](100*time.Millisecond, time.Minute),
		ReconciliationTimeout:   time.Minute,
	})
	if err != nil {
		return nil, fmt.Errorf("refresh controller: %w", err)
	}
	for _, source := range c.sources(mgr.GetCache()) {
		if err := made.Watch(source); err != nil {
			return nil, fmt.Errorf("refresh controller: %w", err)
		}
	}
	if err := mgr.Add(keyCheck{c}); err != nil {
		return nil, fmt.Errorf("check of records: %w", err)
	}
	return c, nil
}

func defaults(c *Config) {
	if c.Settings.MinBackoff == 0 {
		c.Settings.MinBackoff = 30 * time.Second
	}
	if c.Workers == 0 {
		c.Workers = 4
	}
	if c.KindCheck == 0 {
		c.KindCheck = time.Minute
	}
	if c.KeyCheck == 0 {
		c.KeyCheck = time.Minute
	}
	if c.Now == nil {
		c.Now = time.Now
	}
}
