package rollout

import (
	"context"
	"errors"
	"fmt"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/lotus-lake/lotus-gate/mutate/digest"
	"github.com/lotus-lake/lotus-gate/mutate/secrethash"
	"github.com/lotus-lake/lotus-gate/mutate/values"
)

// attempts to write before the queue's backoff takes over.
const attempts = 4

// Reconcile brings one workload up to date, or says when to look again.
//
// The workload is read before the values: what admission stamped on the version at hand was read before that version was written, so the
// values read here are never older than those, and the write applies to no other version. So nothing is ever rolled back to an older value,
// however far the cache lags.
func (c *Controller) Reconcile(ctx context.Context, request Request) (reconcile.Result, error) {
	kind, ok := kindNamed(request.Kind)
	if !ok {
		return reconcile.Result{}, reconcile.TerminalError(fmt.Errorf("%s is of no kind that rolls out", request))
	}
	if err := c.recallRollouts(ctx); err != nil {
		return reconcile.Result{}, err
	}
	name := types.NamespacedName{Namespace: request.Namespace, Name: request.Name}
	object := kind.object()
	err := c.cache.Get(ctx, name, object, client.UnsafeDisableDeepCopy)
	for attempt := 1; ; attempt++ {
		if apierrors.IsNotFound(err) || err == nil && object.GetDeletionTimestamp() != nil {
			c.forget(request)
			return reconcile.Result{}, nil
		}
		if err != nil {
			return later(err, fmt.Errorf("read %s: %w", request, err))
		}
		if n := c.memory.of(request); n.replaced == object.GetResourceVersion() {
			return reconcile.Result{}, nil // the cache does not show our own write yet: its event is to come
		}
		var result reconcile.Result
		result, err = c.settle(ctx, request, object)
		if !apierrors.IsConflict(err) || attempt == attempts {
			return result, err
		}
		object = kind.object()
		err = c.live.Get(ctx, name, object)
		if err == nil {
			object = stripped(object, c.config.PullSecrets)
		}
	}
}

// stripped is a live workload as the cache would hold it.
func stripped(object client.Object, pullSecrets bool) client.Object {
	left, _ := strip(pullSecrets)(object)
	return left.(client.Object)
}

// settle decides about one version of a workload and acts. An error that is a conflict means that there is a newer version.
func (c *Controller) settle(ctx context.Context, request Request, object client.Object) (reconcile.Result, error) {
	w, err := c.workloadOf(ctx, request, object)
	if err != nil {
		return reconcile.Result{}, err
	}
	n := c.memory.of(request)
	if w.mode == secrethash.Disabled {
		c.release(request, n)
		*n = notes{}
		return reconcile.Result{}, nil
	}
	baseline := w.Baseline()
	var id string
	if baseline != nil {
		id = baseline.Key
	}
	ring := c.config.Ring(ctx, id)
	if ring.Current == "" {
		return reconcile.Result{}, errors.New("there is no installation key yet")
	}
	versions, err := c.versions(ctx, w)
	if err != nil {
		return reconcile.Result{}, err
	}
	self := w.fingerprint(ring.Current, w.baselineText(), w.Stamp())
	now := c.config.Now()
	if n.settled == self.with(versions) {
		c.release(request, n)
		return reconcile.Result{}, nil
	}
	if n.hold != "" && n.hold != holdQuiet && n.heldAt == self && now.Before(n.until) {
		return reconcile.Result{RequeueAfter: n.until.Sub(now)}, nil
	}
	// What admission has just read, or another workload's look, need not be read again to see that there is nothing to do: when the cache lags, the
	// event to come has it looked at once more. Whatever is to be written is decided on a live read.
	if known, ok := c.config.Values.Known(w.Namespace, w.refs, versions); ok {
		if d := secrethash.Decide(ring, baseline, w.refs, known, w.Stamp()); d.Action == secrethash.Nothing && len(d.Gone) == 0 {
			return c.act(ctx, w, n, self, versions, ring.Current, d)
		}
	}
	if n.waiting.IsZero() {
		n.waiting = now
	}
	if until := c.quiet.until(w.restless(baseline), n.waiting); now.Before(until) {
		return c.wait(w, n, self, holdQuiet, until, now, ""), nil
	}
	if baseline == nil && len(w.refs) > 0 && n.hold != holdPace {
		if at := c.slot(now); now.Before(at) {
			return c.wait(w, n, self, holdPace, at, now, ""), nil
		}
	}
	live, err := c.read(ctx, w, ring, baseline)
	if err != nil {
		return c.readFailed(w, n, self, err)
	}
	return c.act(ctx, w, n, self, versions, ring.Current, secrethash.Decide(ring, baseline, w.refs, live, w.Stamp()))
}

// act on a decision.
func (c *Controller) act(ctx context.Context, w workload, n *notes, self fingerprint, versions []values.Version, key string, d secrethash.Decision) (reconcile.Result, error) {
	now := c.config.Now()
	if d.Action == secrethash.Roll && w.mode == secrethash.Enabled {
		if reason, until, note := c.heldBy(w, d, now); now.Before(until) {
			return c.wait(w, n, self, reason, until, now, note), nil
		}
	}
	if d.Action == secrethash.Rebase && n.hold != holdPace {
		if at := c.slot(now); now.Before(at) {
			return c.wait(w, n, self, holdPace, at, now, ""), nil
		}
	}
	if d.Action != secrethash.Nothing {
		if err := c.write(ctx, w, n, d, now); err != nil {
			return c.writeFailed(w, n, self, err)
		}
	}
	c.report(w, d, now)
	text, stamp := w.baselineText(), w.Stamp()
	if d.Action != secrethash.Nothing {
		text = d.Baseline.String()
	}
	if d.Action == secrethash.Roll && w.mode == secrethash.Enabled {
		stamp = d.Stamp
	}
	c.release(w.Request, n)
	n.waiting, n.refused = time.Time{}, 0
	n.settled = w.fingerprint(key, text, stamp).with(versions)
	return reconcile.Result{}, nil
}

// heldBy is why and until when a rollout has to wait.
func (c *Controller) heldBy(w workload, d secrethash.Decision, now time.Time) (hold, time.Time, string) {
	for part, id := range w.causes(d) {
		if until := c.breaker.until(part, d.Baseline.Refs[id], c.quiet.of(w.Namespace+"/"+id), now); now.Before(until) {
			return holdBreaker, until, fmt.Sprintf("%s keeps changing", id)
		}
	}
	if until := c.interval.until(w.Request, w.rolloutAt(), now); now.Before(until) {
		return holdInterval, until, fmt.Sprintf("rolled out less than %s ago", c.config.Limits.MinInterval)
	}
	if !w.kind.pods {
		return "", now, ""
	}
	return holdBudget, c.budget.take(w.Request, now), fmt.Sprintf("the cluster rolls out %d workloads a minute", c.config.Limits.Budget)
}

// slot is when the next baseline may be written.
func (c *Controller) slot(now time.Time) time.Time {
	return now.Add(c.pace.ReserveN(now, 1).DelayFrom(now))
}

// wait until then, and tell why the first time.
func (c *Controller) wait(w workload, n *notes, self fingerprint, reason hold, until, now time.Time, note string) reconcile.Result {
	if n.hold != reason {
		c.config.Metrics.hold(n.hold, -1)
		c.config.Metrics.hold(reason, 1)
		if note != "" {
			c.tell(w, "", eventHeld, fmt.Sprintf("%s; next look in %s", note, until.Sub(now).Round(time.Second)))
		}
	}
	n.hold, n.heldAt, n.until = reason, self, until
	return reconcile.Result{RequeueAfter: until.Sub(now)}
}

// release a workload that waits for nothing any more.
func (c *Controller) release(request Request, n *notes) {
	c.config.Metrics.hold(n.hold, -1)
	n.hold, n.until = "", time.Time{}
	c.budget.drop(request)
}

func (c *Controller) forget(request Request) {
	if n := c.memory.forget(request); n != nil {
		c.config.Metrics.hold(n.hold, -1)
	}
	c.budget.drop(request)
	c.interval.forget(request)
}

// read what the workload uses under the keys that the decision needs.
func (c *Controller) read(ctx context.Context, w workload, ring digest.Keyring, baseline *secrethash.Baseline) (map[string]digest.Digests, error) {
	live, err := c.config.Values.Read(ctx, w.Namespace, w.refs)
	if err != nil {
		return nil, err
	}
	for _, sums := range live {
		if sums[ring.Current] == "" || baseline != nil && ring.Keys[baseline.Key] != nil && sums[baseline.Key] == "" {
			return nil, errors.New("the installation keys changed meanwhile")
		}
	}
	return live, nil
}
