package certificate

import (
	"context"
	"crypto/tls"
	"fmt"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/log"
)

// SecretName is the Secret that holds the authorities, in the webhook's
// namespace.
const SecretName = "lotus-gate-ca"

// OwnConfig says how Own works.
type OwnConfig struct {
	REST      *rest.Config  // to watch the one Secret
	Client    client.Client // not cached
	Namespace string
	Hosts     []string // names and addresses that the certificate is for
	Authority time.Duration
	Leaf      time.Duration
	Settle    time.Duration // from a published bundle to the last API server that knows it
	Now       func() time.Time
}

// Own is a certificate authority in one Secret, created by whichever replica
// comes first, and a short-lived certificate of each replica's own that never
// leaves its memory.
type Own struct {
	config OwnConfig
	times  times

	mu     sync.Mutex
	state  state
	leaf   *tls.Certificate
	parent *authority
	renew  time.Time
}

// NewOwn makes the source. There is no certificate before Start.
func NewOwn(c OwnConfig) *Own {
	return &Own{config: c, times: times{authority: c.Authority, leaf: c.Leaf, settle: c.Settle}}
}

// GetCertificate signs a new certificate when there is none, when two thirds of
// its life are over, or when its authority is to be left. It does so on demand, so
// that no timer can be late and no clock can jump over it.
func (o *Own) GetCertificate(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	now := o.config.Now()
	if o.good(now) {
		return o.leaf, nil
	}
	parent := o.state.signer(now, o.times)
	if parent == nil {
		if o.leaf != nil && validAt(o.leaf.Leaf, now) {
			return o.leaf, nil
		}
		if o.state.newest == nil && o.state.problem == nil {
			return nil, errNone
		}
		return nil, fmt.Errorf("no certificate authority to sign with: %s", o.state.broken(now))
	}
	leaf, err := parent.sign(now, o.times.leaf, o.config.Hosts)
	if err != nil {
		return nil, err
	}
	o.leaf, o.parent, o.renew = leaf, parent, renewal(now, leaf.Leaf.NotAfter)
	return leaf, nil
}

// good reports whether the present certificate is the one to serve: valid, not to
// be renewed, and of the newest authority, unless that is not known everywhere
// yet.
func (o *Own) good(now time.Time) bool {
	switch {
	case o.leaf == nil || !validAt(o.leaf.Leaf, now) || !now.Before(o.renew):
		return false
	case o.state.newest != nil && o.parent.cert.Equal(o.state.newest.cert):
		return true
	}
	return !o.state.settled(now, o.times) && o.state.trusts(o.parent.cert)
}

// Bundle is what every client is to trust: the newest authority, and those before
// it while certificates of theirs may be in use.
func (o *Own) Bundle() []byte {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.state.bundle()
}

// Start reads the Secret, or creates it, and follows it.
func (o *Own) Start(ctx context.Context) error {
	return followSecret(ctx, o.config.REST, o.config.Client.Scheme(), o.key(), func(secret *corev1.Secret) { o.take(ctx, secret) }, o.ensure)
}

// Maintain mends, rotates and publishes.
func (o *Own) Maintain(ctx context.Context, publish Publish) error {
	secret, err := o.ensure(ctx)
	if err != nil {
		return err
	}
	now := o.config.Now()
	s := readState(secret)
	switch {
	case s.due(now):
		next, err := s.rotated(now, o.times)
		if err != nil {
			return err
		}
		log.FromContext(ctx).Info("certificate authority is rotated: the new one signs when all know it", "old_expires", rfc3339(s.newest.cert.NotAfter), "expires", rfc3339(next.newest.cert.NotAfter))
		if secret, err = o.store(ctx, secret, next); err != nil {
			return err
		}
	case s.finished(now, o.times):
		log.FromContext(ctx).Info("older certificate authorities are left")
		if secret, err = o.store(ctx, secret, s.alone()); err != nil {
			return err
		}
	}
	s = readState(secret)
	if err := publish(ctx, s.bundle()); err != nil {
		return fmt.Errorf("publish the bundle: %w", err)
	}
	if s.published.IsZero() || s.published.After(now.Add(skew)) {
		s.published = o.config.Now()
		_, err = o.store(ctx, secret, s)
	}
	return err
}

// Rotate puts a new authority beside the present one, on request.
func (o *Own) Rotate(ctx context.Context) error {
	secret, err := o.ensure(ctx)
	if err != nil {
		return err
	}
	next, err := readState(secret).rotated(o.config.Now(), o.times)
	if err != nil {
		return err
	}
	_, err = o.store(ctx, secret, next)
	return err
}

// ensure returns a Secret with an authority that is valid now, and makes one
// where there is none. Of several replicas that do so the first one wins.
func (o *Own) ensure(ctx context.Context) (*corev1.Secret, error) {
	for {
		secret := &corev1.Secret{}
		err := o.config.Client.Get(ctx, o.key(), secret)
		s := readState(secret)
		switch {
		case apierrors.IsNotFound(err):
			secret = &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Name: SecretName, Namespace: o.config.Namespace}}
			s.problem = nil
		case err != nil:
			return nil, fmt.Errorf("read Secret %s: %w", SecretName, err)
		}
		now := o.config.Now()
		why := s.broken(now)
		if why == "" {
			o.take(ctx, secret)
			return secret, nil
		}
		if s.newest == nil {
			s = o.remembered(s)
		}
		next, err := s.rotated(now, o.times)
		if err != nil {
			return nil, err
		}
		secret, err = o.store(ctx, secret, next)
		if apierrors.IsConflict(err) || apierrors.IsAlreadyExists(err) {
			continue // somebody else mended it
		}
		if err == nil {
			log.FromContext(ctx).Info("certificate authority is made", "why", why, "expires", rfc3339(next.newest.cert.NotAfter))
		}
		return secret, err
	}
}

// remembered is what this replica knows of a Secret that was deleted or damaged:
// who trusts and uses the authority that was in it is served still.
func (o *Own) remembered(s state) state {
	o.mu.Lock()
	defer o.mu.Unlock()
	s.newest, s.previous = o.state.newest, o.state.previous
	for _, cert := range o.state.trusted {
		if !s.trusts(cert) {
			s.trusted = append(s.trusted, cert)
		}
	}
	return s
}

// store writes the state over the Secret that was read, or creates it.
func (o *Own) store(ctx context.Context, secret *corev1.Secret, s state) (*corev1.Secret, error) {
	secret = secret.DeepCopy()
	if err := s.write(secret); err != nil {
		return nil, err
	}
	write := func() error { return o.config.Client.Update(ctx, secret) }
	if secret.ResourceVersion == "" {
		write = func() error { return o.config.Client.Create(ctx, secret) }
	}
	if err := write(); err != nil {
		return nil, fmt.Errorf("write Secret %s: %w", SecretName, err)
	}
	o.take(ctx, secret)
	return secret, nil
}

// take makes the Secret's content what we sign with. Nothing (a deleted Secret)
// and what cannot be read change nothing while we can sign.
func (o *Own) take(ctx context.Context, secret *corev1.Secret) {
	o.mu.Lock()
	defer o.mu.Unlock()
	s := readState(secret)
	if s.newest == nil && o.state.newest != nil {
		log.FromContext(ctx).Error(s.problem, "certificate authority cannot be read: the one before stays")
		return
	}
	o.state = s
}

func (o *Own) key() client.ObjectKey {
	return client.ObjectKey{Namespace: o.config.Namespace, Name: SecretName}
}
