// Package keystore keeps the installation keys in one Secret that all replicas share.
package keystore

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/log"

	"github.com/lotus-lake/lotus-gate/mutate/digest"
)

// Name of the Secret, unless Config says otherwise.
const Name = "lotus-gate-key"

// Config of a Store. Client and Namespace are required.
type Config struct {
	// Client that reads and writes without a cache; get, create and update of the one Secret are enough.
	Client    client.Client
	Namespace string
	Name      string // "" is lotus-gate-key
	// Interval between two looks at the Secret; 0 is 10 s.
	Interval time.Duration
	// Grace is for how long this process must have seen the same current key before it drops others, so that every replica has seen it too; 0 is 10 min.
	Grace  time.Duration
	Random io.Reader        // nil is crypto/rand
	Now    func() time.Time // nil is time.Now
}

// Store of the installation keys. Use New, then Load once, then Start.
type Store struct {
	config Config

	looking sync.Mutex // one look at the Secret at a time
	last    atomic.Pointer[view]
}

// view of the Secret; nobody changes one.
type view struct {
	ring  digest.Keyring
	uid   types.UID
	at    time.Time // when the look began
	since time.Time // when this process first saw this key as the current one
}

// New Store; it holds no key until Load.
func New(config Config) *Store {
	if config.Name == "" {
		config.Name = Name
	}
	if config.Interval == 0 {
		config.Interval = 10 * time.Second
	}
	if config.Grace == 0 {
		config.Grace = 10 * time.Minute
	}
	if config.Random == nil {
		config.Random = rand.Reader
	}
	if config.Now == nil {
		config.Now = time.Now
	}
	store := &Store{config: config}
	store.last.Store(&view{})
	return store
}

// Ring as it was last seen. It is empty before Load; it stays when the Secret is lost or becomes malformed.
func (s *Store) Ring() digest.Keyring { return s.last.Load().ring }

// With is a ring that holds the key of that id if any replica has it: another one may have rotated a moment ago, so an unknown id is looked up, at most once a second. "" asks
// for no key in particular.
func (s *Store) With(ctx context.Context, id string) digest.Keyring {
	last := s.last.Load()
	if _, found := last.ring.Keys[id]; found || id == "" {
		return last.ring
	}
	if age := s.config.Now().Sub(last.at); age >= 0 && age < time.Second {
		return last.ring
	}
	if err := s.Load(ctx); err != nil {
		log.FromContext(ctx).Error(err, "look for an unknown installation key")
	}
	return s.Ring()
}

// Load the ring. The Secret is made when it is not there; when this process already holds a ring, that one is put back. An error leaves the ring as it was.
func (s *Store) Load(ctx context.Context) error {
	s.looking.Lock()
	defer s.looking.Unlock()
	began := s.config.Now()
	for range 5 {
		secret, err := s.get(ctx)
		if apierrors.IsNotFound(err) {
			err = s.create(ctx)
			if err == nil || apierrors.IsAlreadyExists(err) {
				continue
			}
		}
		if err != nil {
			return err
		}
		ring, err := parse(secret)
		if err != nil {
			return err
		}
		last := s.last.Load()
		ours := union(ring, last.ring)
		if last.uid == "" || last.uid == secret.UID || len(ours.Keys) == len(ring.Keys) {
			s.hold(ring, secret.UID, began)
			return nil
		}
		// Somebody deleted the Secret and a new process made another one. Baselines are under the keys that this process still holds.
		log.FromContext(ctx).Info("the installation key was replaced by another; putting back what this process holds")
		fill(secret, ours)
		if err := s.config.Client.Update(ctx, secret); err != nil && !apierrors.IsConflict(err) {
			return plain("put keys back into the installation key", err)
		}
	}
	return errors.New("the installation key changes faster than it can be read")
}

func (s *Store) hold(ring digest.Keyring, uid types.UID, at time.Time) {
	next := &view{ring: ring, uid: uid, at: at, since: at}
	if last := s.last.Load(); last.ring.Current == ring.Current {
		next.since = last.since
	}
	s.last.Store(next)
}

// Start looks at the Secret again and again until the context ends. It is a manager.Runnable for every replica.
func (s *Store) Start(ctx context.Context) error {
	ticker := time.NewTicker(s.config.Interval)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
		if err := s.Load(ctx); err != nil && ctx.Err() == nil {
			log.FromContext(ctx).Error(err, "look at the installation key; the ring stays as it is")
		}
	}
}

// NeedLeaderElection: no, every replica needs the ring.
func (s *Store) NeedLeaderElection() bool { return false }

func (s *Store) get(ctx context.Context) (*corev1.Secret, error) {
	var secret corev1.Secret
	err := s.config.Client.Get(ctx, types.NamespacedName{Namespace: s.config.Namespace, Name: s.config.Name}, &secret)
	return &secret, plain("read the installation key", err)
}

// create the Secret from the ring in memory, or with a new key.
func (s *Store) create(ctx context.Context) error {
	ring := s.Ring()
	if len(ring.Keys) == 0 {
		id, key, err := s.newKey()
		if err != nil {
			return err
		}
		ring = digest.Keyring{Current: id, Keys: map[string][]byte{id: key}}
	} else {
		log.FromContext(ctx).Info("the installation key is gone; put back what this process holds")
	}
	secret := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: s.config.Namespace, Name: s.config.Name}}
	fill(secret, ring)
	return plain("create the installation key", s.config.Client.Create(ctx, secret))
}

// newKey and its id. The id is random too: it says nothing of the key.
func (s *Store) newKey() (string, []byte, error) {
	random := make([]byte, 4+digest.KeyLength)
	if _, err := io.ReadFull(s.config.Random, random); err != nil {
		return "", nil, fmt.Errorf("random bytes for an installation key: %w", err)
	}
	return hex.EncodeToString(random[:4]), random[4:], nil
}

// plain errors: an API error may echo what was sent.
func plain(step string, err error) error {
	if err == nil {
		return nil
	}
	if reason := apierrors.ReasonForError(err); reason != metav1.StatusReasonUnknown {
		return apiError{fmt.Sprintf("%s: the API server says %s", step, reason), err}
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("%s: %w", step, err)
	}
	return apiError{fmt.Sprintf("%s: %T", step, err), err}
}

type apiError struct {
	text  string
	cause error
}

func (e apiError) Error() string { return e.text }
func (e apiError) Unwrap() error { return e.cause }
