// Package rollout is the controller that rolls workloads out when a value they use has changed: for changes of Secrets and ConfigMaps, and for
// everything that admission did not see. It compares live values with the baseline on each workload, so it finds what happened while it was down.
package rollout

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"golang.org/x/time/rate"
	"k8s.io/client-go/tools/events"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/manager"

	"github.com/lotus-lake/lotus-gate/mutate/digest"
	"github.com/lotus-lake/lotus-gate/mutate/secrethash"
	"github.com/lotus-lake/lotus-gate/mutate/values"
)

// Values gives digests by reference id; *values.Reader is one. Read those of what is live: the read starts after the call. Known are those of objects at
// given versions, one for each of refs, when it remembers them.
type Values interface {
	Read(ctx context.Context, namespace string, refs []digest.Ref) (map[string]digest.Digests, error)
	Known(namespace string, refs []digest.Ref, versions []values.Version) (map[string]digest.Digests, bool)
}

// Config of the controller.
type Config struct {
	// Ring of installation keys that holds the key of that id if any replica has it; "" asks for no key in particular. *keystore.Store's With is one.
	Ring        func(ctx context.Context, id string) digest.Keyring
	Values      Values
	Events      events.EventRecorder
	Metrics     *Metrics // nil counts nothing
	Mode        secrethash.Mode
	PullSecrets bool
	Limits      Limits

	Workers int     // reconciles at a time; 16 when 0
	Pace    float64 // baselines written a second at adoption and after a rotation of the key; 100 when 0

	// KeysInUse is told now and then, on the leader only, how many baselines were made with each installation key, so that keys nobody uses can be
	// dropped. May be nil.
	KeysInUse func(ctx context.Context, baselines map[string]int) error
	// KeyCheck is how often; a minute when 0.
	KeyCheck time.Duration

	// Now is the clock; time.Now when nil. Its times should carry a monotonic reading.
	Now func() time.Time
}

// Controller rolls workloads out. It is safe, if wasteful, to run two at once: every write says which version of the workload it was decided on.
type Controller struct {
	config Config
	cache  client.Reader // stripped workloads, metadata
	live   client.Reader // the API server
	writer client.Writer

	quiet    *quiet
	budget   *budget
	interval *interval
	breaker  *breaker
	pace     *rate.Limiter
	memory   memory
	recall   sync.Mutex // guards recalled
	recalled bool       // rollouts of the past minute were read into the budget
	again    chan event.TypedGenericEvent[Request]
}

// Setup adds the controller to the manager, whose cache must have been made with CacheOptions. A standby keeps its cache warm and writes nothing.
func Setup(ctx context.Context, mgr manager.Manager, config Config) error {
	if config.Ring == nil || config.Values == nil || config.Events == nil {
		return errors.New("rollout: installation keys, values and events are required")
	}
	c := newController(config, mgr.GetCache(), mgr.GetAPIReader(), mgr.GetClient())
	if err := indexUsers(ctx, mgr.GetFieldIndexer()); err != nil {
		return err
	}
	yes := true
	made, err := controller.NewTyped("secret-hash", mgr, controller.TypedOptions[Request]{
		Reconciler:              c,
		MaxConcurrentReconciles: c.config.Workers,
		NeedLeaderElection:      &yes,
		EnableWarmup:            &yes,
		RateLimiter:             backoff(),
	})
	if err != nil {
		return fmt.Errorf("secret-hash controller: %w", err)
	}
	for _, source := range c.sources(mgr.GetCache()) {
		if err := made.Watch(source); err != nil {
			return fmt.Errorf("secret-hash controller: %w", err)
		}
	}
	if err := mgr.Add(keyCheck{c}); err != nil {
		return fmt.Errorf("check of installation keys: %w", err)
	}
	return nil
}

func newController(config Config, cache, live client.Reader, writer client.Writer) *Controller {
	if config.Workers <= 0 {
		config.Workers = 16
	}
	if config.Pace <= 0 {
		config.Pace = 100
	}
	if config.KeyCheck <= 0 {
		config.KeyCheck = time.Minute
	}
	if config.Now == nil {
		config.Now = time.Now
	}
	return &Controller{
		config: config, cache: cache, live: live, writer: writer,
		quiet: newQuiet(config.Limits), budget: newBudget(config.Limits.Budget),
		interval: newInterval(config.Limits.MinInterval), breaker: newBreaker(config.Limits.Breaker),
		pace:   rate.NewLimiter(rate.Limit(config.Pace), max(1, int(config.Pace/10))),
		memory: memory{notes: map[Request]*notes{}},
		again:  make(chan event.TypedGenericEvent[Request]),
	}
}

// workload is one that was read, from the cache or live, stripped.
type workload struct {
	Request
	secrethash.Workload
	object client.Object
	kind   kind
	refs   []digest.Ref
	mode   secrethash.Mode
}

func (c *Controller) workloadOf(ctx context.Context, request Request, object client.Object) (workload, error) {
	kind, _ := kindNamed(request.Kind)
	w := workload{Request: request, object: object, kind: kind}
	accessor, ok := secrethash.Of(object)
	if !ok {
		return w, fmt.Errorf("%s is no workload", request)
	}
	w.Workload = accessor
	w.refs = digest.PodRefs(&accessor.Template.Spec, false)
	labels, err := c.namespaceLabels(ctx, request.Namespace)
	if err != nil {
		return w, err
	}
	mode, err := secrethash.ModeOf(accessor.Annotations, labels, c.config.Mode)
	if err != nil {
		c.tell(w, "", eventHeld, err.Error())
	}
	w.mode = mode
	return w, nil
}

func (w workload) baselineText() string { return w.Annotations[secrethash.AnnotationBaseline] }

func (w workload) rolloutAt() string { return w.Annotations[secrethash.AnnotationAt] }

// restless are the objects whose changes are waited out, as the quiet window names them. An object that pods wait for is none: they start as
// soon as it is there, and the baseline has to tell what with.
func (w workload) restless(baseline *secrethash.Baseline) []string {
	if baseline == nil {
		return nil
	}
	names := make([]string, 0, len(w.refs))
	for _, ref := range w.refs {
		if baseline.Refs[ref.ID()] != digest.Missing {
			names = append(names, w.Namespace+"/"+ref.ID())
		}
	}
	return names
}

// fingerprint of what a decision depends on, but for the values: the workload may show another baseline or stamp by now.
func (w workload) fingerprint(key, baseline, stamp string) fingerprint {
	parts := []string{string(w.object.GetUID()), key, string(w.mode), baseline, stamp}
	for _, ref := range w.refs {
		parts = append(parts, w.part(ref))
	}
	return fingerprintOf(parts...)
}

// part names what the workload uses of an object: workloads with the same part see the same values.
func (w workload) part(ref digest.Ref) string {
	return fmt.Sprintf("%s/%s %t %t %v", w.Namespace, ref.ID(), ref.All, ref.Optional, ref.Keys)
}
