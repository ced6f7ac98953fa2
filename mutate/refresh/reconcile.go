package refresh

import (
	"context"
	"errors"
	"fmt"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/log"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	corev1 "k8s.io/api/core/v1"

	"github.com/lotus-lake/lotus-gate/mutate/rerun"
	"github.com/lotus-lake/lotus-gate/mutate/secrethash"
	"github.com/lotus-lake/lotus-gate/tofu"
)

// retryConflict is how soon to look again at an object that changed under our hands.
const retryConflict = 50 * time.Millisecond

// Reconcile takes the next step for one Terraform object: decided on what the cache
// says, and, before anything is written, once more on what is live.
func (c *Controller) Reconcile(ctx context.Context, request reconcile.Request) (reconcile.Result, error) {
	name := request.NamespacedName
	l, err := c.look(ctx, name, c.cache)
	if err != nil || l.gone {
		c.forget(name, l.gone)
		return reconcile.Result{}, err
	}
	if l.mode == secrethash.Disabled {
		return reconcile.Result{}, nil
	}
	if l.mode == secrethash.DryRun {
		return reconcile.Result{RequeueAfter: c.pretend(name, l)}, l.unread
	}
	if d := rerun.Plan(l.Input); !d.Writes() {
		return reconcile.Result{RequeueAfter: d.After}, l.unread
	}
	l, err = c.look(ctx, name, c.live)
	if err != nil || l.gone || l.mode != secrethash.Enabled {
		return reconcile.Result{}, err
	}
	d := rerun.Plan(l.Input)
	err = c.write(ctx, l, d)
	switch {
	case apierrors.IsConflict(err):
		return reconcile.Result{RequeueAfter: retryConflict}, nil
	case apierrors.IsNotFound(err):
		return reconcile.Result{}, nil
	case err != nil:
		return reconcile.Result{}, fmt.Errorf("%s: %w", d.Action, err)
	}
	c.report(l.Object, l.Source, d)
	if d.Action == rerun.Issue || d.Action == rerun.Bump {
		c.quiet.forget(name)
	}
	return reconcile.Result{RequeueAfter: d.After}, l.unread
}

// look is one look at a Terraform object and what it depends on.
type look struct {
	rerun.Input
	source client.Object
	mode   secrethash.Mode
	gone   bool
	// unread is why inputs are not known. The source counts all the same.
	unread error
}

func (c *Controller) look(ctx context.Context, name types.NamespacedName, from client.Reader) (look, error) {
	l := look{Input: rerun.Input{Object: &tofu.Terraform{}, Settings: c.config.Settings}}
	if err := from.Get(ctx, name, l.Object); err != nil {
		l.gone = apierrors.IsNotFound(err)
		return l, client.IgnoreNotFound(err)
	}
	mode, err := c.mode(ctx, l.Object)
	l.mode = mode
	if err != nil || mode == secrethash.Disabled {
		return l, err
	}
	if l.source, err = sourceObject(ctx, from, l.Object); err != nil {
		return l, err
	}
	l.Source = sourceOf(l.source)
	l.Inputs, l.unread = c.facts.inputs(ctx, l.Object)
	if l.Object.KeepsRunnerPod() && len(l.Inputs.Fixed) > 0 {
		if l.Pod, err = c.pod(ctx, l.Object); err != nil {
			return l, err
		}
	}
	l.Now = c.config.Now()
	l.QuietUntil = c.quiet.until(name, l.Now)
	return l, nil
}

func (c *Controller) mode(ctx context.Context, t *tofu.Terraform) (secrethash.Mode, error) {
	namespace := metadata("Namespace")
	if err := c.cache.Get(ctx, client.ObjectKey{Name: t.Namespace}, namespace); client.IgnoreNotFound(err) != nil {
		return "", fmt.Errorf("labels of namespace %s: %w", t.Namespace, err)
	}
	mode, err := rerun.ModeOf(t.Annotations, namespace.Labels, c.config.Mode)
	if err != nil {
		log.FromContext(ctx).Info(err.Error())
	}
	return mode, nil
}

// pod that t keeps, read live; nil when there is none.
func (c *Controller) pod(ctx context.Context, t *tofu.Terraform) (*rerun.Pod, error) {
	pod := metadata("Pod")
	err := c.live.Get(ctx, client.ObjectKey{Namespace: t.Namespace, Name: t.RunnerPodName()}, pod)
	if apierrors.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read runner pod: %w", err)
	}
	return &rerun.Pod{UID: pod.UID, Leaving: pod.DeletionTimestamp != nil}, nil
}

// write what was decided. The record goes with the token, in one patch; a poke goes
// first, for the source counts pokes.
func (c *Controller) write(ctx context.Context, l look, d rerun.Decision) error {
	if d.Pod != "" {
		pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: l.Object.Namespace, Name: l.Object.RunnerPodName()}}
		return client.IgnoreNotFound(c.writer.Delete(ctx, pod, client.Preconditions{UID: &d.Pod}))
	}
	if d.Action == rerun.PokeIt {
		source := l.source.DeepCopyObject().(client.Object)
		annotate(source, rerun.AnnotationRequest, d.Token)
		if err := c.patch(ctx, l.source, source); err != nil {
			return err
		}
	}
	if d.Record == nil && d.Token == "" {
		return nil
	}
	t := l.Object.DeepCopy()
	if d.Record != nil {
		text := d.Record.String()
		if len(text) > rerun.MaxRecord {
			return errors.New("the object uses more Secrets and ConfigMaps than a record can name")
		}
		annotate(t, rerun.AnnotationRecord, text)
	}
	switch d.Action {
	case rerun.Issue:
		annotate(t, rerun.AnnotationRequest, d.Token)
	case rerun.Bump:
		m := &t.Spec.RunnerPodTemplate.Metadata
		if m.Annotations == nil {
			m.Annotations = map[string]string{}
		}
		m.Annotations[rerun.AnnotationInputs] = d.Token
	}
	return c.patch(ctx, l.Object, t)
}

// patch turns one object into the other, if it is still as it was read.
func (c *Controller) patch(ctx context.Context, from, to client.Object) error {
	patch := client.MergeFromWithOptions(from, client.MergeFromWithOptimisticLock{})
	return c.writer.Patch(ctx, to, patch, client.FieldOwner(secrethash.FieldManager))
}

func (c *Controller) forget(name types.NamespacedName, gone bool) {
	if gone {
		c.quiet.forget(name)
		c.dry.forget(name)
	}
}
