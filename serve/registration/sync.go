package registration

import (
	"cmp"
	"context"
	"fmt"
	"sync"
	"time"

	admission "k8s.io/api/admissionregistration/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/client-go/util/retry"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/log"

	"github.com/lotus-lake/lotus-gate/policy"
)

// Sync keeps the two webhook configurations of a cluster up to date. In the
// cluster, where the chart made them, it writes what only the process knows, the
// bundle of its certificate authority and the entries of an author's rules, and
// touches nothing else. Outside, with Options.URL, it makes them, all of them.
type Sync struct {
	client  client.Client
	options Options
	rules   func() []policy.Rule
	wake    chan struct{}

	mu     sync.Mutex
	bundle []byte
}

// NewSync makes a Sync. The client reads live, not from a cache; rules are those
// that serve.
func NewSync(c client.Client, o Options, rules func() []policy.Rule) *Sync {
	return &Sync{client: c, options: o, rules: rules, wake: make(chan struct{}, 1), bundle: o.CABundle}
}

// Publish writes a bundle (PEM) and returns when the API server has it. An empty
// one leaves alone what is there.
func (s *Sync) Publish(ctx context.Context, bundle []byte) error {
	s.mu.Lock()
	s.bundle = bundle
	s.mu.Unlock()
	return s.Once(ctx)
}

// Wake has Start write at once, because the rules have changed.
func (s *Sync) Wake() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

const (
	interval = time.Minute // between two looks, should somebody else have written
	backoff  = 5 * time.Second
)

// Start keeps the configurations until ctx ends.
func (s *Sync) Start(ctx context.Context) error {
	ctx = log.IntoContext(ctx, log.FromContext(ctx).WithName("registration"))
	for {
		wait := interval
		if err := s.Once(ctx); err != nil && ctx.Err() == nil {
			log.FromContext(ctx).Error(err, "webhook configurations are not up to date")
			wait = backoff
		}
		select {
		case <-ctx.Done():
			return nil
		case <-s.wake:
		case <-time.After(wait):
		}
	}
}

// NeedLeaderElection has one replica write.
func (s *Sync) NeedLeaderElection() bool { return true }

// Once writes both configurations, where they differ from what they should be.
func (s *Sync) Once(ctx context.Context) error {
	s.mu.Lock()
	bundle := s.bundle
	s.mu.Unlock()
	rules := s.rules()
	if err := s.apply(ctx, &admission.MutatingWebhookConfiguration{}, rules, bundle); err != nil {
		return fmt.Errorf("keep the mutating webhook configuration: %w", err)
	}
	if err := s.apply(ctx, &admission.ValidatingWebhookConfiguration{}, rules, bundle); err != nil {
		return fmt.Errorf("keep the validating webhook configuration: %w", err)
	}
	return nil
}

// Check asks the API server whether it would take the entries of rules, without
// writing them. Whether a condition is CEL that compiles is for it alone to say.
// It refuses only what is wrong with the rules: when the API server cannot be
// asked, the rules pass.
func (s *Sync) Check(ctx context.Context, rules []policy.Rule) error {
	if _, err := Validating(rules, s.options); err != nil {
		return err
	}
	err := s.apply(ctx, &admission.ValidatingWebhookConfiguration{}, rules, nil, client.DryRunAll)
	switch {
	case apierrors.IsInvalid(err):
		return fmt.Errorf("the API server refuses the webhook entries of these rules: %w", err)
	case err != nil:
		log.FromContext(ctx).Error(err, "the API server cannot be asked about the webhook entries of new rules")
	}
	return nil
}

// Remove deletes both configurations.
func (s *Sync) Remove(ctx context.Context) error {
	for _, c := range []client.Object{&admission.ValidatingWebhookConfiguration{}, &admission.MutatingWebhookConfiguration{}} {
		c.SetName(s.name())
		if err := client.IgnoreNotFound(s.client.Delete(ctx, c)); err != nil {
			return fmt.Errorf("remove webhook configurations: %w", err)
		}
	}
	return nil
}

func (s *Sync) name() string { return cmp.Or(s.options.Name, Name) }

// apply reads one configuration and writes it when it is not as it should be. The
// resourceVersion that was read is a precondition.
func (s *Sync) apply(ctx context.Context, object client.Object, rules []policy.Rule, bundle []byte, dry ...dryRun) error {
	return retry.RetryOnConflict(retry.DefaultBackoff, func() error {
		err := s.client.Get(ctx, client.ObjectKey{Name: s.name()}, object)
		absent := apierrors.IsNotFound(err)
		if err != nil && !absent || absent && s.options.URL == "" {
			return client.IgnoreNotFound(err)
		}
		was := object.DeepCopyObject()
		if err := s.change(object, rules, bundle); err != nil {
			return err
		}
		if absent {
			object.SetName(s.name())
			var options []client.CreateOption
			for _, d := range dry {
				options = append(options, d)
			}
			return s.client.Create(ctx, object, options...)
		}
		if equality.Semantic.DeepEqual(was, object) {
			return nil
		}
		var options []client.UpdateOption
		for _, d := range dry {
			options = append(options, d)
		}
		return s.client.Update(ctx, object, options...)
	})
}

// dryRun is client.DryRunAll.
type dryRun interface {
	client.CreateOption
	client.UpdateOption
}
