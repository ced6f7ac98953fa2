package certificate

import (
	"strings"
	"sync"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
)

// TestRecovery damages the authority in every way: the leader mends it, and who
// has a certificate that is trusted still goes on with it until the new authority
// is known.
func TestRecovery(t *testing.T) {
	tests := []struct {
		name    string
		damage  func(*testing.T, *world)
		keeps   bool   // running replicas are trusted throughout
		unready string // what Check says of a replica that starts before it is mended
	}{
		{"deleted", func(t *testing.T, w *world) {
			if err := w.client.Delete(t.Context(), w.secret()); err != nil {
				t.Fatal(err)
			}
		}, true, "no certificate yet"},
		{"key damaged", edit(func(s *corev1.Secret) { s.Data["tls.key"] = []byte("rubbish") }), true, "tls.crt and tls.key of Secret lotus-gate-ca: tls: failed to find any PEM data in key input"},
		{"certificate of another key", edit(func(s *corev1.Secret) {
			other, err := newAuthority(epoch, lifetime)
			if err != nil {
				panic(err)
			}
			s.Data["tls.crt"], _, _ = other.encode()
		}), true, "private key does not match public key"},
		{"emptied", edit(func(s *corev1.Secret) { s.Data = nil }), true, "tls.crt and tls.key of Secret lotus-gate-ca"},
		{"bundle without the authority", edit(func(s *corev1.Secret) {
			s.Data["ca.crt"] = []byte("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
		}), true, ""},
		{"expired", func(_ *testing.T, w *world) { w.clock.add(lifetime) }, false, "no certificate authority to sign with: it expired at 2027-11-17T12:00:00Z"},
		{"made in the future", func(_ *testing.T, w *world) { w.clock.add(-30 * day) }, false, "it is valid from 2026-11-22T11:00:00Z only, and it is 2026-10-23T12:00:00Z: a clock jumped"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			leader, follower := w.replica(), w.replica()
			w.maintain(leader)
			w.deliver(leader, follower)
			before := w.published()
			for _, r := range []*Own{leader, follower} {
				if err := served(r, before, w.clock.Now()); err != nil {
					t.Fatal(err)
				}
			}
			test.damage(t, w)

			starting := w.replica()
			if test.name != "deleted" {
				w.deliver(leader, follower, starting)
			}
			if err := Check(starting, w.clock.Now()); test.unready != "" && (err == nil || !strings.Contains(err.Error(), test.unready)) {
				t.Errorf("before it is mended a new replica says %v, want %q", err, test.unready)
			}

			w.maintain(leader)
			w.deliver(leader, follower, starting)
			if test.keeps { // an API server that does not know the new bundle yet
				for _, r := range []*Own{leader, follower} {
					if err := served(r, before, w.clock.Now()); err != nil {
						t.Errorf("a running replica is refused: %v", err)
					}
				}
			}
			for range 3 {
				for _, r := range []*Own{leader, follower, starting} {
					if err := served(r, w.published(), w.clock.Now()); err != nil {
						t.Error(err)
					}
					if err := Check(r, w.clock.Now()); err != nil {
						t.Error(err)
					}
				}
				w.clock.add(settle)
				w.maintain(leader)
				w.deliver(leader, follower, starting)
			}
			if a, b := issuer(t, follower), issuer(t, starting); a != b {
				t.Errorf("replicas sign by %q and %q", a, b)
			}
		})
	}
}

func edit(how func(*corev1.Secret)) func(*testing.T, *world) {
	return func(t *testing.T, w *world) {
		t.Helper()
		secret := w.secret()
		how(secret)
		if err := w.client.Update(t.Context(), secret); err != nil {
			t.Fatal(err)
		}
	}
}

// TestClockJumps moves the clock a leader and its replicas share: they serve
// certificates that are valid at whatever time it is.
func TestClockJumps(t *testing.T) {
	w := newWorld(t)
	r := w.replica()
	for _, jump := range []time.Duration{0, 400 * day, -400 * day, 20 * time.Hour, -3 * time.Hour, 10 * lifetime, -10 * lifetime} {
		w.clock.add(jump)
		w.maintain(r)
		if err := served(r, w.published(), w.clock.Now()); err != nil {
			t.Errorf("after a jump of %s: %v", jump, err)
		}
	}
	// What was published in the future counts from now.
	if err := r.Rotate(t.Context()); err != nil {
		t.Fatal(err)
	}
	old := issuer(t, r)
	w.clock.add(time.Hour)
	w.maintain(r)
	w.clock.add(-time.Hour)
	w.maintain(r)
	w.clock.add(settle)
	if issuer(t, r) == old {
		t.Error("a bundle that was published at a time ahead of the clock never counts as known")
	}
}

// TestLeafExpires renews in time, without a timer.
func TestLeafExpires(t *testing.T) {
	w := newWorld(t)
	r := w.replica()
	w.maintain(r)
	serial := func() string {
		cert, err := r.GetCertificate(nil)
		if err != nil {
			t.Fatal(err)
		}
		return cert.Leaf.SerialNumber.String()
	}
	first := serial()
	w.clock.add(2*leafLife/3 - time.Second)
	if serial() != first {
		t.Error("renewed too early")
	}
	w.clock.add(time.Second)
	if serial() == first {
		t.Error("not renewed after two thirds of its life")
	}
	leaf, ca := Expiry(r)
	if want := w.clock.Now().Add(leafLife); !leaf.Equal(want) || !ca.Equal(epoch.Add(lifetime)) {
		t.Errorf("expiry = %s, %s; want %s, %s", leaf, ca, want, epoch.Add(lifetime))
	}
}

// TestOneAuthority: of replicas that find none at the same time one makes it.
func TestOneAuthority(t *testing.T) {
	w := newWorld(t)
	var replicas []*Own
	var parts sync.WaitGroup
	for range 8 {
		r := w.replica()
		replicas = append(replicas, r)
		parts.Go(func() {
			if _, err := r.ensure(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	parts.Wait()
	for _, r := range replicas {
		if got := issuer(t, r); got != issuer(t, replicas[0]) {
			t.Errorf("signed by %q and %q", got, issuer(t, replicas[0]))
		}
	}
}
