package certificate

import (
	"context"
	"errors"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestRotation walks through one rotation: published first, then used, then left.
func TestRotation(t *testing.T) {
	w := newWorld(t)
	a, b := w.replica(), w.replica()
	w.maintain(a)
	w.deliver(b)
	old := issuer(t, a)
	count := func() int {
		certs, err := parseBundle(w.published())
		if err != nil {
			t.Fatal(err)
		}
		return len(certs)
	}
	type step struct {
		After  time.Duration
		Bundle int  // certificates in the configurations
		Old    bool // who signs
	}
	want := []step{
		{2*lifetime/3 - time.Minute, 1, true},
		{time.Minute, 2, true}, // published
		{settle - time.Second, 2, true},
		{time.Second, 2, false}, // every API server knows it
		{leafLife, 2, false},
		{skew, 1, false}, // nothing signed by the old one is valid
	}
	var got []step
	for _, s := range want {
		w.clock.add(s.After)
		w.maintain(a)
		w.deliver(a, b)
		for _, r := range []*Own{a, b} {
			if err := served(r, w.published(), w.clock.Now()); err != nil {
				t.Errorf("after %+v: %v", s, err)
			}
		}
		if issuer(t, a) != issuer(t, b) {
			t.Errorf("after %+v: replicas sign by different authorities", s)
		}
		got = append(got, step{s.After, count(), issuer(t, a) == old})
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("rotation (-want +got):\n%s", diff)
	}
	if w.writes != 3 {
		t.Errorf("%d bundles were published, want 3", w.writes)
	}
}

// TestRotationWithLags lets years pass in random steps: leaders change, informers
// and API servers lag, replicas restart. Nobody is ever refused.
func TestRotationWithLags(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	w := newWorld(t)
	w.authority = 60 * day
	replicas := []*Own{w.replica(), w.replica(), w.replica()}
	w.maintain(replicas[0])
	w.deliver(replicas...)
	known := [][]byte{w.published(), w.published()} // of API servers
	since := w.clock.Now()
	for w.clock.Now().Before(epoch.Add(2 * w.authority)) {
		step := time.Duration(random.Int64N(int64(12 * time.Hour)))
		if random.IntN(2) == 0 {
			step = time.Duration(random.Int64N(int64(settle)))
		}
		w.clock.add(step)
		before := w.published()
		w.maintain(replicas[random.IntN(len(replicas))])
		if string(before) != string(w.published()) {
			since = w.clock.Now()
		}
		for i := range replicas {
			switch random.IntN(20) {
			case 0: // misses the change
			case 1:
				replicas[i] = w.replica()
				w.deliver(replicas[i])
			default:
				w.deliver(replicas[i])
			}
		}
		for i := range known {
			if random.IntN(3) > 0 || w.clock.Now().Sub(since) >= settle {
				known[i] = w.published()
			}
			for _, r := range replicas {
				if err := served(r, known[i], w.clock.Now()); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	if w.writes < 5 {
		t.Errorf("only %d bundles in two lifetimes", w.writes)
	}
}

// TestPublishFails holds the new authority back until it is published.
func TestPublishFails(t *testing.T) {
	w := newWorld(t)
	r := w.replica()
	w.maintain(r)
	old := issuer(t, r)
	w.clock.add(2 * lifetime / 3)
	refuse := errors.New("configurations cannot be written")
	for range 5 {
		err := r.Maintain(t.Context(), func(context.Context, []byte) error { return refuse })
		if !errors.Is(err, refuse) {
			t.Errorf("err = %v, want %v", err, refuse)
		}
		w.clock.add(10 * settle)
		if issuer(t, r) != old {
			t.Fatal("an authority signs that nobody knows")
		}
		if err := served(r, w.published(), w.clock.Now()); err != nil {
			t.Fatal(err)
		}
	}
	w.maintain(r)
	w.clock.add(settle)
	if issuer(t, r) == old {
		t.Error("the new authority does not sign though it is known everywhere")
	}
}
