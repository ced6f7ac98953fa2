package standin

import (
	"context"
	"sync"
	"time"

	fluxmeta "github.com/fluxcd/pkg/apis/meta"
	sourcev1 "github.com/fluxcd/source-controller/api/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/builder"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/manager"
	"sigs.k8s.io/controller-runtime/pkg/predicate"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/lotus-lake/lotus-gate/tofu"
)

// defaultRetry is tofu-controller's retryInterval.
const defaultRetry = 15 * time.Second

// terraforms is the stand-in for tofu-controller 0.16.5: what wakes it, what consumes a token and what it writes are that controller's.
type terraforms struct {
	client  client.Client
	cached  client.Reader
	clock   *Clock
	airbyte *Airbyte
	runners *runners
	// cachedRetry: retries use the artifact that failed until an interval has passed, the generation changes or somebody asks, as 0.16.0-rc.7 does.
	cachedRetry bool
	runTime     time.Duration // of one plan, by the clock
	looks       bool          // for drift, where everything is applied

	mu      sync.Mutex
	kept    map[types.NamespacedName]cachedArtifact
	swallow map[types.NamespacedName]int // runs that get no runner
	drifts  map[types.NamespacedName]string
}

type cachedArtifact struct {
	fluxmeta.Artifact
	until      time.Time // by the clock
	generation int64
}

func (t *terraforms) setup(mgr manager.Manager) error {
	return builder.ControllerManagedBy(mgr).Named("terraform").
		For(&tofu.Terraform{}, builder.WithPredicates(predicate.Or(predicate.GenerationChangedPredicate{}, requested{}))).
		Watches(&sourcev1.GitRepository{}, handler.EnqueueRequestsFromMapFunc(t.users), builder.WithPredicates(revised{})).
		WithOptions(anyName()).
		Complete(t)
}

// users are the Terraform objects of a source.
func (t *terraforms) users(ctx context.Context, source client.Object) []reconcile.Request {
	var list tofu.TerraformList
	if err := t.cached.List(ctx, &list); err != nil {
		return nil
	}
	var found []reconcile.Request
	for i := range list.Items {
		object := &list.Items[i]
		if object.Spec.SourceRef.Name == source.GetName() && object.SourceNamespace() == source.GetNamespace() {
			found = append(found, reconcile.Request{NamespacedName: client.ObjectKeyFromObject(object)})
		}
	}
	return found
}

// Reconcile goes through one run, or finds that there is none to go through. The token that the object carried is consumed in any case.
func (t *terraforms) Reconcile(ctx context.Context, request reconcile.Request) (reconcile.Result, error) {
	object := &tofu.Terraform{}
	if err := t.client.Get(ctx, request.NamespacedName, object); err != nil || object.DeletionTimestamp != nil {
		return reconcile.Result{}, client.IgnoreNotFound(err)
	}
	token, asked := fluxmeta.ReconcileAnnotationValue(object.Annotations)
	s := &session{terraforms: t, object: object, written: object.DeepCopy(), name: request.NamespacedName}
	if asked && token != object.Status.LastHandledReconcileAt {
		s.run.Token = token
	}
	after, err := s.reconcile(ctx)
	if err != nil {
		return reconcile.Result{}, client.IgnoreNotFound(err)
	}
	if asked {
		object.Status.LastHandledReconcileAt = token
	}
	if err := s.write(ctx); err != nil {
		return reconcile.Result{}, client.IgnoreNotFound(err)
	}
	s.run.At = t.clock.Now()
	t.airbyte.record(s.name, s.run)
	return reconcile.Result{RequeueAfter: t.clock.Real(after)}, nil
}

// artifact is what a run takes: the source's, or the one that failed before.
func (t *terraforms) artifact(object *tofu.Terraform, current fluxmeta.Artifact, asked bool) fluxmeta.Artifact {
	if !t.cachedRetry {
		return current
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	name := client.ObjectKeyFromObject(object)
	held, found := t.kept[name]
	failing := object.Status.ReconciliationFailures > 0
	if found && failing && !asked && held.generation == object.Generation && t.clock.Now().Before(held.until) {
		return held.Artifact
	}
	t.kept[name] = cachedArtifact{current, t.clock.Now().Add(object.Spec.Interval.Duration), object.Generation}
	return current
}

// swallows says whether this run gets no runner.
func (t *terraforms) swallows(name types.NamespacedName) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.swallow[name] == 0 {
		return false
	}
	t.swallow[name]--
	return true
}

func setCondition(object *tofu.Terraform, kind string, status metav1.ConditionStatus, reason, message string, now time.Time) {
	meta.SetStatusCondition(&object.Status.Conditions, metav1.Condition{
		Type: kind, Status: status, Reason: reason, Message: message, ObservedGeneration: object.Generation, LastTransitionTime: metav1.NewTime(now),
	})
}
