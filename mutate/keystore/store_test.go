package keystore

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/lotus-lake/lotus-gate/mutate/digest"
)

// server keeps one Secret as the API server does: uid, resourceVersion, conflicts.
type server struct {
	client.Client
	mu       sync.Mutex
	secret   *corev1.Secret
	versions int
	uids     int
	fail     error // of every call
	reads    int
	onCreate func() // runs before a creation is looked at
}

var resource = schema.GroupResource{Resource: "secrets"}

func (s *server) Get(_ context.Context, key client.ObjectKey, object client.Object, _ ...client.GetOption) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.reads++
	if s.fail != nil {
		return s.fail
	}
	if s.secret == nil || client.ObjectKeyFromObject(s.secret) != key {
		return apierrors.NewNotFound(resource, key.Name)
	}
	s.secret.DeepCopyInto(object.(*corev1.Secret))
	return nil
}

func (s *server) Create(_ context.Context, object client.Object, _ ...client.CreateOption) error {
	if meanwhile := s.onCreate; meanwhile != nil {
		s.onCreate = nil
		meanwhile()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fail != nil {
		return s.fail
	}
	if s.secret != nil {
		return apierrors.NewAlreadyExists(resource, object.GetName())
	}
	s.uids++
	s.put(object, types.UID(fmt.Sprint("uid-", s.uids)))
	return nil
}

func (s *server) Update(_ context.Context, object client.Object, _ ...client.UpdateOption) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.secret == nil || object.GetResourceVersion() != s.secret.ResourceVersion || object.GetUID() != s.secret.UID {
		return apierrors.NewConflict(resource, object.GetName(), errors.New("changed"))
	}
	s.put(object, s.secret.UID)
	return nil
}

func (s *server) put(object client.Object, uid types.UID) {
	s.versions++
	s.secret = object.DeepCopyObject().(*corev1.Secret)
	s.secret.UID, s.secret.ResourceVersion = uid, fmt.Sprint(s.versions)
}

// random bytes that count up: key ids 00000000, 01010101, …
type random struct{ next byte }

func (r *random) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = r.next
	}
	r.next++
	return len(p), nil
}

func keyOf(b byte) []byte { return bytes.Repeat([]byte{b}, digest.KeyLength) }

func ringOf(current byte, keys ...byte) digest.Keyring {
	ring := digest.Keyring{Current: idOf(current), Keys: map[string][]byte{}}
	for _, key := range keys {
		ring.Keys[idOf(key)] = keyOf(key)
	}
	return ring
}

func idOf(b byte) string { return fmt.Sprintf("%x", []byte{b, b, b, b}) }

type clock struct{ now time.Time }

func (c *clock) pass(d time.Duration) { c.now = c.now.Add(d) }

func newStore(s *server, first byte) (*Store, *clock) {
	clock := &clock{time.Unix(1e9, 0)}
	return New(Config{Client: s, Namespace: "ns", Random: &random{first}, Now: func() time.Time { return clock.now }}), clock
}

func load(t *testing.T, store *Store, want digest.Keyring) {
	t.Helper()
	if err := store.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, store.Ring()); diff != "" {
		t.Error(diff)
	}
}

// The first replica makes the key, the others use it.
func TestCreatedOnce(t *testing.T) {
	s := &server{}
	one, _ := newStore(s, 0)
	two, _ := newStore(s, 100)
	if got := one.Ring(); got.Current != "" || len(got.Keys) != 0 {
		t.Errorf("before Load: %v", got)
	}
	load(t, one, ringOf(0, 0))
	load(t, two, ringOf(0, 0))
	want := map[string][]byte{"current": []byte("00000000"), "00000000": keyOf(0)}
	if diff := cmp.Diff(want, s.secret.Data); diff != "" || s.secret.Name != Name || s.secret.Namespace != "ns" {
		t.Errorf("%s/%s: %s", s.secret.Namespace, s.secret.Name, diff)
	}
}

// Both find no Secret; one is quicker.
func TestCreatedAtTheSameTime(t *testing.T) {
	s := &server{}
	slow, _ := newStore(s, 100)
	quick, _ := newStore(s, 0)
	s.onCreate = func() { load(t, quick, ringOf(0, 0)) }
	load(t, slow, ringOf(0, 0))
}

func TestMalformed(t *testing.T) {
	planted := "planted-value"
	good := map[string][]byte{"current": []byte("k"), "k": keyOf(1)}
	for name, test := range map[string]struct {
		data map[string][]byte
		want string
	}{
		"empty":           {nil, `"current" is not there or empty`},
		"no current":      {map[string][]byte{"k": keyOf(1)}, `"current" is not there or empty`},
		"unknown current": {map[string][]byte{"current": []byte(planted), "k": keyOf(1)}, `"current" names no key of it`},
		"short key":       {map[string][]byte{"current": []byte("k"), "k": []byte(planted)}, `key "k" has 13 bytes, not 32`},
		"long other key":  {map[string][]byte{"current": []byte("k"), "k": keyOf(1), "l": append(keyOf(2), 0)}, `key "l" has 33 bytes, not 32`},
	} {
		t.Run(name, func(t *testing.T) {
			s := &server{}
			store, _ := newStore(s, 0)
			s.put(&corev1.Secret{Data: test.data}, "u")
			s.secret.Name, s.secret.Namespace = Name, "ns"
			want := "the installation key, Secret ns/lotus-gate-key, is malformed: " + test.want +
				". Restore it, or delete it while no webhook runs: all workloads are then adopted anew"
			if err := store.Load(t.Context()); err == nil || err.Error() != want {
				t.Errorf("%v\nwant %s", err, want)
			}
			// A ring that is held already stays.
			s.secret.Data = good
			held := digest.Keyring{Current: "k", Keys: map[string][]byte{"k": keyOf(1)}}
			load(t, store, held)
			s.secret.Data = test.data
			if err := store.Load(t.Context()); err == nil || !cmp.Equal(held, store.Ring()) {
				t.Errorf("%v, ring %v", err, store.Ring())
			}
			if _, err := store.Rotate(t.Context()); err == nil || strings.Contains(err.Error(), planted) {
				t.Errorf("rotate: %v", err)
			}
		})
	}
}

// A Secret that is deleted comes back from the memory of a running process, rotated keys too.
func TestLostSecretComesBack(t *testing.T) {
	s := &server{}
	store, _ := newStore(s, 0)
	load(t, store, ringOf(0, 0))
	if _, err := store.Rotate(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.secret = nil
	load(t, store, ringOf(1, 0, 1))
}

// A new process was quicker than those that hold the ring: its key stays, theirs come back and are current.
func TestReplacedSecretIsMended(t *testing.T) {
	s := &server{}
	store, _ := newStore(s, 0)
	load(t, store, ringOf(0, 0))
	s.secret = nil
	fresh, clock := newStore(s, 7)
	load(t, fresh, ringOf(7, 7))
	load(t, store, ringOf(0, 0, 7))
	clock.pass(time.Minute)
	load(t, fresh, ringOf(0, 0, 7))
}

func TestRotate(t *testing.T) {
	s := &server{}
	store, _ := newStore(s, 0)
	load(t, store, ringOf(0, 0))
	other, clock := newStore(s, 100)
	load(t, other, ringOf(0, 0))
	id, err := store.Rotate(t.Context())
	if err != nil || id != idOf(1) {
		t.Fatalf("%s, %v", id, err)
	}
	if diff := cmp.Diff(ringOf(1, 0, 1), store.Ring()); diff != "" {
		t.Error(diff)
	}
	// Another replica meets a baseline under the new key before it looked again.
	before := s.reads
	if got := other.With(t.Context(), idOf(1)); !cmp.Equal(got, ringOf(0, 0)) {
		t.Errorf("within a second of the last look: %v", got)
	}
	clock.pass(time.Second)
	if got := other.With(t.Context(), ""); s.reads != before || !cmp.Equal(got, ringOf(0, 0)) {
		t.Errorf("no key in particular: %v after %d reads", got, s.reads-before)
	}
	if got := other.With(t.Context(), idOf(1)); !cmp.Equal(got, ringOf(1, 0, 1)) {
		t.Errorf("the new key: %v", got)
	}
	if _, err := New(Config{Client: &server{}, Namespace: "ns"}).Rotate(t.Context()); !apierrors.IsNotFound(err) {
		t.Errorf("nothing to rotate: %v", err)
	}
}

// Two rotations at once both count.
func TestRotateMeetsAnother(t *testing.T) {
	s := &server{}
	one, _ := newStore(s, 0)
	load(t, one, ringOf(0, 0))
	two, _ := newStore(s, 50)
	load(t, two, ringOf(0, 0))
	var both sync.WaitGroup
	for _, store := range []*Store{one, two} {
		both.Go(func() {
			if _, err := store.Rotate(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	both.Wait()
	if got, want := len(s.secret.Data), 4; got != want {
		t.Errorf("%d data keys, want %d", got, want)
	}
}

func TestDrop(t *testing.T) {
	s := &server{}
	store, clock := newStore(s, 0)
	load(t, store, ringOf(0, 0))
	for range 2 {
		if _, err := store.Rotate(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	drop := func(used ...string) []string {
		t.Helper()
		ids, err := store.Drop(t.Context(), func(id string) bool {
			for _, other := range used {
				if id == other {
					return true
				}
			}
			return false
		})
		if err != nil {
			t.Fatal(err)
		}
		return ids
	}
	if got := drop(); got != nil {
		t.Errorf("within the grace: %v", got)
	}
	clock.pass(11 * time.Minute)
	if got := drop(idOf(0)); !cmp.Equal(got, []string{idOf(1)}) {
		t.Errorf("one in use: %v", got)
	}
	load(t, store, ringOf(2, 0, 2))
	if got := drop(idOf(0)); got != nil {
		t.Errorf("nothing to drop: %v", got)
	}
	if got := drop(); !cmp.Equal(got, []string{idOf(0)}) {
		t.Errorf("none in use: %v", got)
	}
	load(t, store, ringOf(2, 2))
	clock.pass(-24 * time.Hour)
	if got := drop(); got != nil {
		t.Errorf("only the current key is left: %v", got)
	}
}

// Somebody rotated since this process looked: nothing is dropped.
func TestDropMeetsARotation(t *testing.T) {
	s := &server{}
	store, clock := newStore(s, 0)
	load(t, store, ringOf(0, 0))
	if _, err := store.Rotate(t.Context()); err != nil {
		t.Fatal(err)
	}
	clock.pass(11 * time.Minute)
	other, _ := newStore(s, 100)
	if _, err := other.Rotate(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got, err := store.Drop(t.Context(), func(string) bool { return false }); got != nil || err != nil {
		t.Errorf("%v, %v", got, err)
	}
	if len(s.secret.Data) != 4 {
		t.Errorf("data keys %v", maps.Keys(s.secret.Data))
	}
}

// Errors say what failed and why, and nothing that the API server echoes.
func TestErrors(t *testing.T) {
	for name, test := range map[string]struct {
		err  error
		want string
	}{
		"forbidden": {apierrors.NewForbidden(resource, "planted", errors.New("planted")), "read the installation key: the API server says Forbidden"},
		"away":      {context.DeadlineExceeded, "read the installation key: context deadline exceeded"},
		"decoder":   {errors.New("planted"), "read the installation key: *errors.errorString"},
	} {
		store, _ := newStore(&server{fail: test.err}, 0)
		if err := store.Load(t.Context()); err == nil || err.Error() != test.want || !errors.Is(err, test.err) {
			t.Errorf("%s: %v", name, err)
		}
	}
	broken := New(Config{Client: &server{}, Namespace: "ns", Random: bytes.NewReader(nil)})
	if err := broken.Load(t.Context()); err == nil || err.Error() != "random bytes for an installation key: EOF" {
		t.Errorf("no randomness: %v", err)
	}
}

// A running store sees rotations and puts back what is deleted.
func TestStart(t *testing.T) {
	s := &server{}
	store := New(Config{Client: s, Namespace: "ns", Interval: time.Millisecond})
	if err := store.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- store.Start(ctx) }()
	s.mu.Lock()
	s.secret = nil
	s.mu.Unlock()
	for back := false; !back; time.Sleep(time.Millisecond) {
		s.mu.Lock()
		back = s.secret != nil
		s.mu.Unlock()
	}
	cancel()
	if err := <-ended; err != nil || store.NeedLeaderElection() {
		t.Errorf("%v", err)
	}
}
