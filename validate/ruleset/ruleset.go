// Package ruleset keeps the policies of a running webhook: the embedded rules,
// and those of directories, ConfigMaps and published bundles, which are read again when they change.
// A set that cannot be used leaves the last good one serving, and is told of.
package ruleset

import (
	"cmp"
	"context"
	"fmt"
	"io/fs"
	"maps"
	"sync"
	"sync/atomic"
	"time"

	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/events"

	"github.com/lotus-lake/lotus-gate/policy"
)

// Config says where policies come from. Only Embedded is required.
type Config struct {
	Embedded    fs.FS // rules with their index; they must compile
	Directories []string
	Bundles     []Bundle
	Cache       string // directory in which the last good bundles are kept for the next start; "" for nowhere
	Tuning      policy.Config
	Allowed     []string // as policy.LoadFiles takes it

	Client    kubernetes.Interface // reads ConfigMaps; nil: there are none
	Namespace string               // the webhook's own
	Selector  labels.Selector      // of ConfigMaps; nil: there are none

	Check    func(context.Context, []policy.Rule) error // refuses rules that the cluster would not take; nil: none
	OnLoad   func(*Policies)                            // called after each swap, in order
	Recorder events.EventRecorder                       // nil: no events
	Regards  runtime.Object                             // what events are about when no ConfigMap is to blame; nil: none
	Metrics  *Metrics                                   // nil: none

	Limits   Limits
	Poll     time.Duration // between two looks at the directories; 0 is 2 s
	Debounce time.Duration // sources must be left alone that long before they are read; 0 is 500 ms
	Retry    time.Duration // until sources that cannot be used are tried again as they are; 0 is 1 min
}

// Limits bound an author's policies. A zero field means its default.
type Limits struct {
	Bytes int           // of all Rego files together; 4 MiB
	Files int           // 2,000
	Tests policy.Limits // of all tests together; 10 s, 2 GiB of heap in the process
}

// Policies are what requests are judged with: all of one set.
type Policies struct {
	Set      *policy.Set
	Engine   *policy.Engine // every group of rules for requests is compiled
	Revision string

	sources []source
}

// Ruleset holds the policies in use. It is safe for concurrent use.
type Ruleset struct {
	config  Config
	current atomic.Pointer[Policies]
	store   cache.Store // of ConfigMaps; Start alone uses it

	followers []*follower // of bundles

	mu     sync.Mutex
	status Status
}

// Status is what readiness and operators want to know.
type Status struct {
	Revision string    // of what serves
	Rules    int       // that it holds
	LoadedAt time.Time // when it began to serve
	Loaded   bool      // all sources have been read once, well or not
	Problem  string    // why the sources as they are now do not serve; "" when they do
	Bundles  []BundleStatus
}

// New compiles the embedded rules, which serve until Start has read the rest. An
// error means that the process cannot judge anything.
func New(config Config) (*Ruleset, error) {
	config.Limits.Bytes = cmp.Or(config.Limits.Bytes, 4<<20)
	config.Limits.Files = cmp.Or(config.Limits.Files, 2000)
	config.Poll = cmp.Or(config.Poll, 2*time.Second)
	config.Debounce = cmp.Or(config.Debounce, 500*time.Millisecond)
	config.Retry = cmp.Or(config.Retry, time.Minute)
	r := &Ruleset{config: config}
	r.followers = r.newFollowers()
	set, err := policy.LoadFiles(config.Embedded, nil)
	if err != nil {
		return nil, fmt.Errorf("embedded rules: %w", err)
	}
	tuning := config.Tuning
	if r.extended() {
		// What configuration says of an author's rules has to wait for them.
		tuning.Rules = maps.Clone(tuning.Rules)
		maps.DeleteFunc(tuning.Rules, func(id string, _ policy.RuleConfig) bool {
			_, ok := set.Rule(id)
			return !ok
		})
	}
	p, err := prepare(context.Background(), set, tuning)
	if err != nil {
		return nil, fmt.Errorf("embedded rules: %w", err)
	}
	r.serve(p, time.Now())
	return r, nil
}

// extended reports whether there are sources besides the embedded rules.
func (r *Ruleset) extended() bool {
	return len(r.config.Directories) > 0 || len(r.config.Bundles) > 0 || r.watchesConfigMaps()
}

func (r *Ruleset) watchesConfigMaps() bool { return r.config.Client != nil && r.config.Selector != nil }

// Current returns the policies in use. A request takes them once.
func (r *Ruleset) Current() *Policies { return r.current.Load() }

// Engine returns the engine of Current.
func (r *Ruleset) Engine() *policy.Engine { return r.Current().Engine }

// Status returns how it stands.
func (r *Ruleset) Status() Status {
	r.mu.Lock()
	defer r.mu.Unlock()
	status := r.status
	for _, f := range r.followers {
		status.Bundles = append(status.Bundles, f.status())
	}
	return status
}

// NeedLeaderElection makes every replica follow its policies.
func (r *Ruleset) NeedLeaderElection() bool { return false }
