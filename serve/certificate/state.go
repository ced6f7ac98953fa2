package certificate

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
)

// publishedAnnotation tells, on the Secret, which bundle all webhook
// configurations have and since when: "<16 hex of its SHA-256> <RFC 3339>".
const publishedAnnotation = "lotus-gate.dev/published"

// The keys of the Secret. The newest authority signs once everybody trusts it;
// until then the previous one does.
const (
	keyBundle       = "ca.crt"
	keyNewest       = "tls.crt"
	keyNewestKey    = "tls.key"
	keyPrevious     = "previous.crt"
	keyPreviousKey  = "previous.key"
	skew            = time.Minute // by which the clocks of leaders may differ
	fingerprintSize = 16
)

// state is what the Secret says, or would say after a rotation.
type state struct {
	newest, previous *authority          // nil: absent, or it cannot be read
	trusted          []*x509.Certificate // the bundle
	published        time.Time           // since when the configurations have it; zero: they do not
	problem          error               // why something could not be read
}

// times are how long things hold.
type times struct {
	authority, leaf time.Duration
	settle          time.Duration // from a published bundle to the last API server that knows it
}

// readState reads the Secret; what cannot be read is absent, and the problem says
// so.
func readState(secret *corev1.Secret) state {
	var s state
	var problems []error
	read := func(cert, key string) *authority {
		a, err := parseAuthority(secret.Data[cert], secret.Data[key])
		if err != nil {
			problems = append(problems, fmt.Errorf("%s and %s of Secret %s: %w", cert, key, secret.Name, err))
			return nil
		}
		return a
	}
	s.newest = read(keyNewest, keyNewestKey)
	if len(secret.Data[keyPrevious])+len(secret.Data[keyPreviousKey]) > 0 {
		s.previous = read(keyPrevious, keyPreviousKey)
	}
	trusted, err := parseBundle(secret.Data[keyBundle])
	if err != nil {
		problems = append(problems, fmt.Errorf("%s of Secret %s: %w", keyBundle, secret.Name, err))
	}
	s.trusted = trusted
	if s.newest != nil && !s.trusts(s.newest.cert) { // somebody edited the bundle
		s.trusted = append([]*x509.Certificate{s.newest.cert}, s.trusted...)
	}
	of, at, _ := strings.Cut(secret.Annotations[publishedAnnotation], " ")
	if since, err := time.Parse(time.RFC3339, at); err == nil && of == fingerprint(s.bundle()) {
		s.published = since
	}
	s.problem = errors.Join(problems...)
	return s
}

// write puts the state into a Secret.
func (s state) write(secret *corev1.Secret) error {
	data := map[string][]byte{keyBundle: s.bundle()}
	for _, part := range []struct {
		a         *authority
		cert, key string
	}{{s.newest, keyNewest, keyNewestKey}, {s.previous, keyPrevious, keyPreviousKey}} {
		if part.a == nil {
			continue
		}
		var err error
		if data[part.cert], data[part.key], err = part.a.encode(); err != nil {
			return err
		}
	}
	secret.Data = data
	annotations := maps.Clone(secret.Annotations)
	delete(annotations, publishedAnnotation)
	if !s.published.IsZero() {
		if annotations == nil {
			annotations = map[string]string{}
		}
		annotations[publishedAnnotation] = fingerprint(s.bundle()) + " " + rfc3339(s.published)
	}
	secret.Annotations = annotations
	return nil
}

func (s state) bundle() []byte { return encode(s.trusted) }

func (s state) trusts(cert *x509.Certificate) bool {
	return slices.ContainsFunc(s.trusted, cert.Equal)
}

// settled reports whether every API server must know the bundle.
func (s state) settled(now time.Time, t times) bool {
	return !s.published.IsZero() && now.Sub(s.published) >= t.settle
}

// signer is the authority to sign with, or nil: the newest, as soon as it is
// known everywhere or there is no other.
func (s state) signer(now time.Time, t times) *authority {
	if s.newest.validAt(now) && (s.settled(now, t) || !s.previous.validAt(now)) {
		return s.newest
	}
	if s.previous.validAt(now) {
		return s.previous
	}
	return nil
}

// rotated puts a new authority beside what is trusted still. The one before it
// signs until the new one is known.
func (s state) rotated(now time.Time, t times) (state, error) {
	newest, err := newAuthority(now, t.authority)
	if err != nil {
		return state{}, err
	}
	next := state{newest: newest, trusted: []*x509.Certificate{newest.cert}}
	switch {
	case s.newest.validAt(now):
		next.previous = s.newest
	case s.previous.validAt(now):
		next.previous = s.previous
	}
	for _, cert := range s.trusted {
		if validAt(cert, now) {
			next.trusted = append(next.trusted, cert)
		}
	}
	return next, nil
}

// broken says why there must be a new authority at once, or "".
func (s state) broken(now time.Time) string {
	switch {
	case s.newest == nil && s.problem != nil:
		return s.problem.Error()
	case s.newest == nil:
		return "there is none"
	case now.Before(s.newest.cert.NotBefore):
		return fmt.Sprintf("it is valid from %s only, and it is %s: a clock jumped", rfc3339(s.newest.cert.NotBefore), rfc3339(now))
	case !s.newest.validAt(now):
		return "it expired at " + rfc3339(s.newest.cert.NotAfter)
	}
	return ""
}

// due reports whether two thirds of the newest authority's life are over and the
// rotation before is done with.
func (s state) due(now time.Time) bool {
	cert := s.newest.cert
	return len(s.trusted) == 1 && !now.Before(renewal(cert.NotBefore.Add(backdate), cert.NotAfter))
}

// finished reports whether nothing can be in use that only older authorities
// vouch for.
func (s state) finished(now time.Time, t times) bool {
	return len(s.trusted) > 1 && !s.published.IsZero() && now.Sub(s.published) >= t.settle+t.leaf+skew
}

// alone is the state with the newest authority only.
func (s state) alone() state {
	return state{newest: s.newest, trusted: []*x509.Certificate{s.newest.cert}}
}

// renewal is two thirds of the way from one time to the other.
func renewal(from, to time.Time) time.Time { return from.Add(to.Sub(from) * 2 / 3) }

func fingerprint(bundle []byte) string {
	sum := sha256.Sum256(bundle)
	return hex.EncodeToString(sum[:])[:fingerprintSize]
}
