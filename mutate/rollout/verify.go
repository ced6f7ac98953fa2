package rollout

import (
	"context"
	"fmt"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/lotus-lake/lotus-gate/mutate/digest"
	"github.com/lotus-lake/lotus-gate/mutate/secrethash"
	"github.com/lotus-lake/lotus-gate/mutate/values"
)

// Stale is a workload whose baseline does not say what is live.
type Stale struct {
	Request
	Action secrethash.Action // what the controller would do
	Refs   []string          // ids of the references that changed; empty when the workload was never adopted or its key is old or gone
}

// String is "Deployment ns/app: roll [Secret/a]".
func (s Stale) String() string { return fmt.Sprintf("%s: %s %v", s.Request, s.Action, s.Refs) }

// VerifyOptions are those of the controller that is verified.
type VerifyOptions struct {
	Mode        secrethash.Mode // "" is Enabled
	PullSecrets bool
	Namespace   string // "" is all
}

// page of a list, so that a large cluster is not read at once.
const page = 500

// Verify reads all workloads and all values they use live and names every workload that is not up to date. client must not be a cache.
// Nothing is written. Disabled workloads are left out.
func Verify(ctx context.Context, live client.Reader, ring digest.Keyring, options VerifyOptions) ([]Stale, error) {
	if options.Mode == "" {
		options.Mode = secrethash.Enabled
	}
	v := verifier{
		Controller: newController(Config{Mode: options.Mode, PullSecrets: options.PullSecrets, Events: silent{}}, live, live, nil),
		reader:     values.New(values.Config{Client: live, Ring: func() digest.Keyring { return ring }}),
		ring:       ring,
		known:      map[string]digest.Digests{},
	}
	var stale []Stale
	for _, kind := range kinds {
		more := ""
		for {
			list := kind.list()
			if err := live.List(ctx, list, client.InNamespace(options.Namespace), client.Limit(page), client.Continue(more)); err != nil {
				return nil, fmt.Errorf("list %ss: %w", kind.gvk.Kind, err)
			}
			err := each(list, func(object client.Object) error {
				found, err := v.check(ctx, kind, object)
				stale = append(stale, found...)
				return err
			})
			if err != nil {
				return nil, err
			}
			if more = list.GetContinue(); more == "" {
				break
			}
		}
	}
	return stale, nil
}

type verifier struct {
	*Controller
	reader *values.Reader
	ring   digest.Keyring
	known  map[string]digest.Digests // by part: values read before, perhaps before the workload at hand was written
}

// check one workload: with values read before, and when it looks stale, with everything read anew.
func (v verifier) check(ctx context.Context, kind kind, object client.Object) ([]Stale, error) {
	request := Request{Kind: kind.gvk.Kind, Namespace: object.GetNamespace(), Name: object.GetName()}
	decision, err := v.decide(ctx, request, object, false)
	if err != nil || decision.Action == secrethash.Nothing {
		return nil, err
	}
	again := kind.object()
	if err := v.live.Get(ctx, types.NamespacedName{Namespace: request.Namespace, Name: request.Name}, again); err != nil {
		if client.IgnoreNotFound(err) == nil {
			return nil, nil
		}
		return nil, fmt.Errorf("read %s: %w", request, err)
	}
	decision, err = v.decide(ctx, request, again, true)
	if err != nil || decision.Action == secrethash.Nothing {
		return nil, err
	}
	return []Stale{{Request: request, Action: decision.Action, Refs: decision.Cause}}, nil
}

func (v verifier) decide(ctx context.Context, request Request, object client.Object, anew bool) (secrethash.Decision, error) {
	w, err := v.workloadOf(ctx, request, stripped(object, v.config.PullSecrets))
	if err != nil || w.mode == secrethash.Disabled || object.GetDeletionTimestamp() != nil {
		return secrethash.Decision{Action: secrethash.Nothing}, err
	}
	now := make(map[string]digest.Digests, len(w.refs))
	var unread []digest.Ref
	for _, ref := range w.refs {
		sums, found := v.known[w.part(ref)]
		if !found || anew {
			unread = append(unread, ref)
		}
		now[ref.ID()] = sums
	}
	fresh, err := v.reader.Read(ctx, w.Namespace, unread)
	if err != nil {
		return secrethash.Decision{}, fmt.Errorf("values of %s: %w", request, err)
	}
	for _, ref := range unread {
		now[ref.ID()] = fresh[ref.ID()]
		v.known[w.part(ref)] = fresh[ref.ID()]
	}
	return secrethash.Decide(v.ring, w.Baseline(), w.refs, now, w.Stamp()), nil
}

// silent records no events.
type silent struct{}

func (silent) Eventf(runtime.Object, runtime.Object, string, string, string, string, ...any) {}
