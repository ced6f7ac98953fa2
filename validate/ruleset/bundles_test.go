package ruleset_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
	core "k8s.io/api/core/v1"
	"k8s.io/client-go/tools/events"

	"github.com/lotus-lake/lotus-gate/policy"
	"github.com/lotus-lake/lotus-gate/policy/bundle"
	"github.com/lotus-lake/lotus-gate/policy/remote"
	"github.com/lotus-lake/lotus-gate/validate/ruleset"
)

// published stands for what lies in a registry.
type published struct {
	mu      sync.Mutex
	now     remote.Fetched
	err     error
	fetches int // of whole archives
}

func (p *published) Fetch(_ context.Context, _ remote.Ref, known string) (remote.Fetched, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.err != nil:
		return remote.Fetched{}, p.err
	case known == p.now.Version && known != "":
		return remote.Fetched{Version: known}, nil
	}
	p.fetches++
	return p.now, nil
}

func (p *published) publish(version string, archive []byte, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.now, p.err = remote.Fetched{Archive: archive, Version: version}, err
}

func (p *published) count() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.fetches
}

// signer is a key, both ways.
type signer struct {
	private bundle.SigningKey
	public  bundle.Key
}

func newSigner(t *testing.T, id string) signer {
	t.Helper()
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	open, err := x509.MarshalPKIXPublicKey(public)
	if err != nil {
		t.Fatal(err)
	}
	var s signer
	var wrong error
	s.private, err = bundle.ParseSigningKey(id, "", "", pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret}))
	s.public, wrong = bundle.ParseKey(id, "", "", pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: open}))
	if err := errors.Join(err, wrong); err != nil {
		t.Fatal(err)
	}
	return s
}

// bundled is a signed bundle of rules.
func bundled(t *testing.T, s signer, revision string, files map[string]string) []byte {
	t.Helper()
	fsys := fstest.MapFS{}
	for name, text := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	archive, err := bundle.Build(t.Context(), []policy.Files{{Name: "made", FS: fsys}}, bundle.BuildOptions{Revision: revision})
	if err != nil {
		t.Fatal(err)
	}
	if archive, err = bundle.Sign(archive, s.private); err != nil {
		t.Fatal(err)
	}
	return archive
}

func followed(t *testing.T, fetcher ruleset.Fetcher, keys ...bundle.Key) []ruleset.Bundle {
	t.Helper()
	ref, err := remote.ParseRef("oci://registry.example.org/lake/policies:stable")
	if err != nil {
		t.Fatal(err)
	}
	return []ruleset.Bundle{{Name: "house", Ref: ref, Trust: bundle.Trust{Keys: keys}, Fetcher: fetcher, Poll: 10 * time.Millisecond}}
}

// house is what the status says of the one bundle.
func house(r *ruleset.Ruleset) ruleset.BundleStatus { return r.Status().Bundles[0] }

// TestBundle: a bundle is followed, verified and swapped; whatever is wrong with what is
// published leaves the last good one serving, and is told of.
func TestBundle(t *testing.T) {
	key, thief := newSigner(t, "lake"), newSigner(t, "lake")
	one := bundled(t, key, "r1", map[string]string{"x.rego": says("x", "one")})
	p, recorder, registry := &published{}, events.NewFakeRecorder(100), prometheus.NewRegistry()
	p.publish("v1", one, nil)
	r := start(t, ruleset.Config{
		Bundles: followed(t, p, key.public), Recorder: recorder, Regards: &core.Pod{}, Metrics: ruleset.NewMetrics(registry),
	})
	serves(t, r, "one", "shipped")
	eventually(t, "the bundle is told of", func() bool { return house(r).Revision == "r1" })
	if got := house(r); got.Problem != "" || got.Key != "lake" || !strings.HasPrefix(got.Digest, "sha256:") {
		t.Errorf("status: %+v", got)
	}
	for name, tc := range map[string]struct {
		version string
		archive []byte
		err     error
		want    string
	}{
		"by a thief":       {"v2", bundled(t, thief, "r2", map[string]string{"x.rego": says("x", "evil")}), nil, `the signature is not of key "lake"`},
		"not signed":       {"v3", unsigned(t, map[string]string{"x.rego": says("x", "evil")}), nil, "it is not signed"},
		"no bundle":        {"v4", []byte("<html>"), nil, "no bundle: a gzipped tar archive is wanted"},
		"nobody there":     {"", nil, errors.New("connection refused"), "connection refused"},
		"without versions": {"", []byte("<html>"), nil, "no bundle: a gzipped tar archive is wanted"},
	} {
		p.publish(tc.version, tc.archive, tc.err)
		eventually(t, name, func() bool { return strings.Contains(house(r).Problem, tc.want) })
		if before := p.count(); tc.version != "" {
			time.Sleep(100 * time.Millisecond)
			if after := p.count(); after != before {
				t.Errorf("%s: fetched %d times more", name, after-before)
			}
			if !strings.Contains(house(r).Problem, tc.want) {
				t.Errorf("%s: forgotten: %+v", name, house(r))
			}
		}
		if got := house(r); got.Revision != "r1" {
			t.Errorf("%s: %+v", name, got)
		}
		serves(t, r, "one", "shipped")
		p.publish("v1", one, nil)
		eventually(t, name+" is over", func() bool { return house(r).Problem == "" })
	}
	if problem := r.Status().Problem; problem != "" {
		t.Errorf("the set has a problem: %s", problem)
	}
	select {
	case event := <-recorder.Events:
		if !strings.HasPrefix(event, "Warning BundleRejected bundle house: ") {
			t.Errorf("event %s", event)
		}
	default:
		t.Error("no event")
	}

	// What is signed and still does not hold together is rejected as a whole.
	p.publish("v5", bundled(t, key, "r5", map[string]string{"x.rego": says("x", "five")}), nil)
	serves(t, r, "five", "shipped")
	taken := bundled(t, key, "r6", map[string]string{"x.rego": says("shipped", "six")})
	p.publish("v6", taken, nil)
	eventually(t, "a shadow is told of", func() bool {
		return strings.Contains(r.Status().Problem, "package a.shipped is already defined by the shipped rules")
	})
	serves(t, r, "five", "shipped")
	if got := house(r); got.Revision != "r5" {
		t.Errorf("%+v serves", got)
	}
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, family := range families {
		if strings.HasPrefix(family.GetName(), "lotus_gate_bundle_") {
			names = append(names, family.GetName())
		}
		if family.GetName() == "lotus_gate_bundle_info" && (len(family.Metric) != 1 || !strings.Contains(family.Metric[0].String(), `"r5"`)) {
			t.Errorf("info: %v", family.Metric)
		}
	}
	want := []string{"lotus_gate_bundle_failed", "lotus_gate_bundle_fetch_total", "lotus_gate_bundle_info", "lotus_gate_bundle_last_success_timestamp_seconds"}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Errorf("metrics (-want +got):\n%s", diff)
	}
}

func unsigned(t *testing.T, files map[string]string) []byte {
	t.Helper()
	packed := map[string][]byte{}
	for name, text := range files {
		packed[name] = []byte(text)
	}
	archive, err := bundle.Pack(packed)
	if err != nil {
		t.Fatal(err)
	}
	return archive
}

// TestBundleOnDisk: the last good bundle is there at the next start, also when nobody
// answers or what is published is bad; one that nobody trusts any more, or that
// somebody has touched, is not.
func TestBundleOnDisk(t *testing.T) {
	key, cache := newSigner(t, "lake"), t.TempDir()
	p := &published{}
	p.publish("v1", bundled(t, key, "r1", map[string]string{"x.rego": says("x", "one")}), nil)
	begin := func(f ruleset.Fetcher, keys ...bundle.Key) *ruleset.Ruleset {
		return start(t, ruleset.Config{Bundles: followed(t, f, keys...), Cache: cache})
	}
	serves(t, begin(p, key.public), "one", "shipped")
	eventually(t, "it is kept", func() bool {
		kept, _ := filepath.Glob(filepath.Join(cache, "*.json"))
		return len(kept) == 1
	})

	away := &published{err: errors.New("connection refused")}
	r := begin(away, key.public)
	serves(t, r, "one", "shipped")
	eventually(t, "nobody there is told of", func() bool { return house(r).Problem == "connection refused" })
	if got := house(r); got.Revision != "r1" || r.Status().Problem != "" {
		t.Errorf("%+v, %s", got, r.Status().Problem)
	}

	bad := &published{}
	bad.publish("v2", bundled(t, key, "r2", map[string]string{"x.rego": says("shipped", "two")}), nil)
	r = begin(bad, key.public)
	serves(t, r, "one", "shipped")
	eventually(t, "a bad one is told of", func() bool { return strings.Contains(r.Status().Problem, "already defined") })
	serves(t, begin(away, key.public), "one", "shipped")

	r = begin(away, newSigner(t, "2027").public)
	eventually(t, "a key that is not trusted any more", func() bool { return r.Status().Loaded })
	serves(t, r, "shipped")
	if got := house(r); got.Digest != "" || !strings.Contains(r.Status().Problem, "bundle house: connection refused") {
		t.Errorf("%+v, %s", got, r.Status().Problem)
	}
	archives, err := filepath.Glob(filepath.Join(cache, "*.tar.gz"))
	if err != nil || len(archives) != 1 {
		t.Fatal(archives, err)
	}
	kept, err := os.ReadFile(archives[0])
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(archives[0], unsigned(t, map[string]string{"x.rego": says("x", "evil")}), 0o600); err != nil {
		t.Fatal(err)
	}
	r = begin(away, key.public)
	eventually(t, "one that was touched", func() bool { return r.Status().Loaded })
	serves(t, r, "shipped")
	serves(t, begin(p, key.public), "one", "shipped")
	eventually(t, "it is mended by the next that is fetched", func() bool {
		now, err := os.ReadFile(archives[0])
		return err == nil && bytes.Equal(now, kept)
	})
	serves(t, begin(away, key.public), "one", "shipped")
}

// TestBundleBeyond: limits of policies hold for bundles too, and rules of bundles may
// not reach out.
func TestBundleBeyond(t *testing.T) {
	key := newSigner(t, "lake")
	p := &published{}
	p.publish("v1", bundled(t, key, "r1", map[string]string{"x.rego": says("x", strings.Repeat("x", 5000))}), nil)
	r := start(t, ruleset.Config{Bundles: followed(t, p, key.public), Limits: ruleset.Limits{Bytes: 5000}})
	eventually(t, "a problem", func() bool { return r.Status().Problem == "bundle house: policies are too large" })
	serves(t, r, "shipped")

	reaching := metadata + "package a.x\n\ndeny contains {\"message\": http.send({\"method\": \"get\", \"url\": \"http://127.0.0.1:1\"}).body}\n"
	fsys := fstest.MapFS{"x.rego": &fstest.MapFile{Data: []byte(reaching)}}
	archive, err := bundle.Build(t.Context(), []policy.Files{{Name: "made", FS: fsys}}, bundle.BuildOptions{Allowed: []string{"http.send"}})
	if err != nil {
		t.Fatal(err)
	}
	if archive, err = bundle.Sign(archive, key.private); err != nil {
		t.Fatal(err)
	}
	p.publish("v2", archive, nil)
	r = start(t, ruleset.Config{Bundles: followed(t, p, key.public)})
	eventually(t, "the network is told of", func() bool {
		return strings.Contains(r.Status().Problem, "unsafe built-in function calls in expression: http.send")
	})
	serves(t, r, "shipped")
	r = start(t, ruleset.Config{Bundles: followed(t, p, key.public), Allowed: []string{"http.send"}})
	eventually(t, "it is allowed", func() bool { return r.Status().Loaded })
	if problem := r.Status().Problem; problem != "" {
		t.Error(problem)
	}
}
