package rollout

import (
	"context"
	"fmt"

	"k8s.io/apimachinery/pkg/runtime"
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

// VerifyOptions are those of the controller that is verified.
type VerifyOptions struct {
	Mode        secrethash.Mode // "" is Enabled
	PullSecrets bool
	Namespace   string // "" is all
}

// silent records no events.
type silent struct{}

func (silent) Eventf(runtime.Object, runtime.Object, string, string, string, string, ...any) {}

// page of a list, so that a large cluster is not read at once.
const page = 500

// Verify reads all workloads and all values they use live and names every workload that is not up to date. client must not be a cache.
// Nothing is written. Disabled workloads are left out.
func Verify(ctx context.Context, live client.Reader, ring digest.Keyring, options VerifyOptions) ([]Stale, error) {
	if options.Mode == "" {
		options.Mode = secrethash.Enabled
	}
	c := newController(Config{Mode: options.Mode, Events: silent{}}, live, live, nil)
	reader := values.New(values.Config{Client: live, Ring: func() digest.Keyring { return ring }})
	var stale []Stale
	for _, kind := range kinds {
		more := ""
		for {
			list := kind.list()
			if err := live.List(ctx, list, client.InNamespace(options.Namespace), client.Limit(page), client.Continue(more)); err != nil {
				return nil, fmt.Errorf("list %ss: %w", kind.gvk.Kind, err)
			}
			err := each(list, func(object client.Object) error {
				request := Request{Kind: kind.gvk.Kind, Namespace: object.GetNamespace(), Name: object.GetName()}
				w, err := c.workloadOf(ctx, request, stripped(object, options.PullSecrets))
				if err != nil || w.mode == secrethash.Disabled || object.GetDeletionTimestamp() != nil {
					return err
				}
				now, err := reader.Read(ctx, w.Namespace, w.refs)
				if err != nil {
					return fmt.Errorf("values of %s: %w", request, err)
				}
				if d := secrethash.Decide(ring, w.Baseline(), w.refs, now, w.Stamp()); d.Action != secrethash.Nothing {
					stale = append(stale, Stale{Request: request, Action: d.Action, Refs: d.Cause})
				}
				return nil
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
