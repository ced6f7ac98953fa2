package values

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/lotus-lake/lotus-gate/mutate/digest"
)

const planted = "planted-value"

var (
	ring = digest.Keyring{Current: "k1", Keys: map[string][]byte{"k1": bytes.Repeat([]byte{1}, digest.KeyLength)}}
	refA = digest.Ref{Kind: digest.Secret, Name: "a", Keys: []digest.Key{{Name: "k"}}}
)

// server is an API server with Secrets and ConfigMaps by name; before, when set, runs inside each read.
type server struct {
	client.Reader
	mu       sync.Mutex
	version  int
	objects  map[string]map[string][]byte // id -> data
	versions map[string]int
	reads    []string // "Secret/a" for whole objects, "meta Secret/a" for metadata
	before   func(ctx context.Context) error
}

func (s *server) set(id string, data map[string][]byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.objects == nil {
		s.objects, s.versions = map[string]map[string][]byte{}, map[string]int{}
	}
	s.version++
	s.objects[id], s.versions[id] = data, s.version
	if data == nil {
		delete(s.objects, id)
	}
}

func (s *server) seen() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	defer func() { s.reads = nil }()
	return s.reads
}

func (s *server) Get(ctx context.Context, key client.ObjectKey, object client.Object, _ ...client.GetOption) error {
	kind, prefix := "", ""
	switch o := object.(type) {
	case *corev1.Secret:
		kind = digest.Secret
	case *corev1.ConfigMap:
		kind = digest.ConfigMap
	case *metav1.PartialObjectMetadata:
		kind, prefix = o.Kind, "meta "
	}
	id := kind + "/" + key.Name
	s.mu.Lock()
	s.reads = append(s.reads, prefix+id)
	data, found := s.objects[id]
	version := s.versions[id]
	s.mu.Unlock()
	if s.before != nil {
		if err := s.before(ctx); err != nil {
			return err
		}
	}
	if !found {
		return apierrors.NewNotFound(schema.GroupResource{}, key.Name)
	}
	object.SetUID(types.UID("uid-" + id))
	object.SetResourceVersion(fmt.Sprint(version))
	switch o := object.(type) {
	case *corev1.Secret:
		o.Data = data
	case *corev1.ConfigMap:
		o.Data, o.BinaryData = map[string]string{}, map[string][]byte{}
		for name, value := range data {
			if strings.HasPrefix(name, "binary") {
				o.BinaryData[name] = value
			} else {
				o.Data[name] = string(value)
			}
		}
	}
	return nil
}

func newReader(s *server, change ...func(*Config)) *Reader {
	config := Config{Client: s, Ring: func() digest.Keyring { return ring }, Large: 100}
	for _, c := range change {
		c(&config)
	}
	return New(config)
}

func digests(t *testing.T, r *Reader, ref digest.Ref) digest.Digests {
	t.Helper()
	sums, err := r.Digests(t.Context(), "ns", ref)
	if err != nil {
		t.Fatal(err)
	}
	return sums
}

// What is answered is what is live, for every way an object can be.
func TestDigestsAreLive(t *testing.T) {
	s := &server{}
	r := newReader(s)
	configMap := digest.Ref{Kind: digest.ConfigMap, Name: "c", All: true}
	optional := digest.Ref{Kind: digest.Secret, Name: "a", All: true, Optional: true}
	data := map[string][]byte{"k": []byte("1"), "binary": {0xff}}
	for _, step := range []struct {
		id   string
		data map[string][]byte
		ref  digest.Ref
	}{
		{"Secret/a", nil, refA},
		{"Secret/a", nil, optional},
		{"Secret/a", data, refA},
		{"Secret/a", data, optional},
		{"Secret/a", map[string][]byte{"k": []byte("2")}, refA},
		{"Secret/a", map[string][]byte{"other": nil}, refA},
		{"Secret/a", nil, refA},
		{"Secret/a", data, refA},
		{"ConfigMap/c", data, configMap},
		{"ConfigMap/c", nil, configMap},
	} {
		s.set(step.id, step.data)
		want := ring.Digests("ns", step.ref, step.data, step.data != nil)
		if diff := cmp.Diff(want, digests(t, r, step.ref)); diff != "" {
			t.Errorf("%s %v: %s", step.id, step.data, diff)
		}
	}
}

// A large object whose resourceVersion the table knows is not transferred again; a small one costs no second request.
func TestTable(t *testing.T) {
	s := &server{}
	registry := prometheus.NewRegistry()
	metrics := NewMetrics(registry)
	r := newReader(s, func(c *Config) { c.Metrics = metrics })
	all := digest.Ref{Kind: digest.Secret, Name: "a", All: true}
	large := map[string][]byte{"k": bytes.Repeat([]byte("x"), 100)}
	step := func(what string, ref digest.Ref, data map[string][]byte, want ...string) {
		t.Helper()
		if diff := cmp.Diff(ring.Digests("ns", ref, data, data != nil), digests(t, r, ref)); diff != "" {
			t.Errorf("%s: %s", what, diff)
		}
		if diff := cmp.Diff(want, s.seen()); diff != "" {
			t.Errorf("%s: %s", what, diff)
		}
	}
	s.set("Secret/a", large)
	step("first", refA, large, "Secret/a")
	step("known", refA, large, "meta Secret/a")
	step("another use", all, large, "Secret/a")
	step("both are known", refA, large, "meta Secret/a")
	step("both are known", all, large, "meta Secret/a")
	s.set("Secret/a", large)
	step("new version", refA, large, "meta Secret/a", "Secret/a")
	s.set("Secret/a", nil)
	step("gone", refA, nil, "meta Secret/a")
	step("still gone", refA, nil, "Secret/a")
	small := map[string][]byte{"k": []byte("1")}
	s.set("Secret/a", small)
	step("small", refA, small, "Secret/a")
	step("small again", refA, small, "Secret/a")
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	counted := map[string]float64{}
	for _, metric := range families[0].GetMetric() {
		counted[metric.GetLabel()[0].GetValue()] = metric.GetCounter().GetValue()
	}
	if diff := cmp.Diff(map[string]float64{"hit": 3, "miss": 6}, counted); diff != "" {
		t.Error(diff)
	}
}

// What is known of a version is what a read of it answered, and nothing is read for it.
func TestKnown(t *testing.T) {
	s := &server{}
	r := newReader(s)
	optional := digest.Ref{Kind: digest.ConfigMap, Name: "b", All: true, Optional: true}
	data := map[string][]byte{"k": []byte("1")}
	s.set("Secret/a", data)
	first := Version{"uid-Secret/a", "1"}
	refs, absent := []digest.Ref{refA, optional}, Version{}
	if known, ok := r.Known("ns", refs, []Version{first, absent}); ok {
		t.Errorf("before anything was read: %v", known)
	}
	digests(t, r, refA)
	s.seen()
	known, ok := r.Known("ns", refs, []Version{first, absent})
	want := map[string]digest.Digests{"Secret/a": ring.Digests("ns", refA, data, true), "ConfigMap/b": ring.Digests("ns", optional, nil, false)}
	if diff := cmp.Diff(want, known); diff != "" || !ok {
		t.Errorf("%v %s", ok, diff)
	}
	all := digest.Ref{Kind: digest.Secret, Name: "a", All: true}
	for what, versions := range map[string]Version{"a later version": {first.UID, "2"}, "another object of that name": {"other", "1"}} {
		if known, ok := r.Known("ns", refs[:1], []Version{versions}); ok {
			t.Errorf("%s: %v", what, known)
		}
	}
	if known, ok := r.Known("ns", []digest.Ref{all}, []Version{first}); ok {
		t.Errorf("another use: %v", known)
	}
	if reads := s.seen(); len(reads) != 0 {
		t.Errorf("reads: %v", reads)
	}
}

// A new installation key makes what the table knows useless, whichever object it was of.
func TestTableAfterRotation(t *testing.T) {
	s := &server{}
	now := ring
	r := newReader(s, func(c *Config) { c.Ring = func() digest.Keyring { return now } })
	large := map[string][]byte{"k": bytes.Repeat([]byte("x"), 100)}
	s.set("Secret/a", large)
	digests(t, r, refA)
	now = digest.Keyring{Current: "k2", Keys: map[string][]byte{"k2": bytes.Repeat([]byte{2}, digest.KeyLength)}}
	if diff := cmp.Diff(now.Digests("ns", refA, large, true), digests(t, r, refA)); diff != "" {
		t.Error(diff)
	}
}

// The table stays within its bound, for objects and for uses of one object.
func TestTableIsBounded(t *testing.T) {
	s := &server{}
	r := newReader(s, func(c *Config) { c.Objects = 10 })
	for i := range 100 {
		name := fmt.Sprintf("s%d", i)
		s.set("Secret/"+name, map[string][]byte{"k": nil})
		digests(t, r, digest.Ref{Kind: digest.Secret, Name: name, All: true})
	}
	if size := r.table.cache.Len(); size != 10 {
		t.Errorf("%d objects", size)
	}
	s.set("Secret/a", map[string][]byte{"k": nil})
	for i := range 200 {
		digests(t, r, digest.Ref{Kind: digest.Secret, Name: "a", Keys: []digest.Key{{Name: fmt.Sprintf("k%d", i), Optional: true}}})
	}
	known, _ := r.table.get(name{digest.Secret, "ns", "a"})
	if len(known.sums) > maxUses {
		t.Errorf("%d uses", len(known.sums))
	}
}

// Callers who come during a read share the next one: none gets what was read before it called.
func TestCallersShareOneRead(t *testing.T) {
	s := &server{}
	held, reading := make(chan struct{}), make(chan struct{}, 100)
	s.before = func(context.Context) error {
		reading <- struct{}{}
		<-held
		return nil
	}
	r := newReader(s)
	s.set("Secret/a", map[string][]byte{"k": []byte("old")})
	first := make(chan digest.Digests)
	go func() { first <- digests(t, r, refA) }()
	<-reading // the first read has its data and waits
	s.set("Secret/a", map[string][]byte{"k": []byte("new")})
	all := digest.Ref{Kind: digest.Secret, Name: "a", All: true}
	var others sync.WaitGroup
	var got [50]digest.Digests
	for i := range got {
		others.Go(func() { got[i] = digests(t, r, []digest.Ref{refA, all}[i%2]) })
	}
	for {
		r.mu.Lock()
		waiting := r.lines[name{digest.Secret, "ns", "a"}].next
		ready := waiting != nil && waiting.wanted == len(got)
		r.mu.Unlock()
		if ready {
			break
		}
		time.Sleep(time.Millisecond)
	}
	close(held)
	if diff := cmp.Diff(ring.Digests("ns", refA, map[string][]byte{"k": []byte("old")}, true), <-first); diff != "" {
		t.Errorf("first: %s", diff)
	}
	others.Wait()
	for i, sums := range got {
		if diff := cmp.Diff(ring.Digests("ns", []digest.Ref{refA, all}[i%2], map[string][]byte{"k": []byte("new")}, true), sums); diff != "" {
			t.Fatalf("caller %d: %s", i, diff)
		}
	}
	if reads := s.seen(); len(reads) != 2 {
		t.Errorf("%d reads: %v", len(reads), reads)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.lines) != 0 {
		t.Errorf("%d lines are left", len(r.lines))
	}
}

// Whoever gives up leaves the others their read; when nobody is left the read ends.
func TestCallersWhoGiveUp(t *testing.T) {
	s := &server{}
	reading, ended := make(chan struct{}, 10), make(chan error, 10)
	release := make(chan struct{})
	s.before = func(ctx context.Context) error {
		reading <- struct{}{}
		select {
		case <-ctx.Done():
			ended <- ctx.Err()
			return ctx.Err()
		case <-release:
			return nil
		}
	}
	r := newReader(s)
	s.set("Secret/a", map[string][]byte{"k": []byte("1")})
	ctx, cancel := context.WithCancel(t.Context())
	failed := make(chan error)
	go func() {
		_, err := r.Digests(ctx, "ns", refA)
		failed <- err
	}()
	<-reading
	// One gives up while its read waits for its turn, before another joins that turn.
	short, stop := context.WithTimeout(t.Context(), time.Millisecond)
	defer stop()
	if _, err := r.Digests(short, "ns", refA); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v", err)
	}
	patient := make(chan digest.Digests)
	go func() { patient <- digests(t, r, refA) }()
	cancel()
	if err := <-failed; !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("the read ended with %v", err)
	}
	<-reading
	close(release)
	if sums := <-patient; sums["k1"] == digest.Missing {
		t.Error("the patient one got nothing")
	}
}

func TestRead(t *testing.T) {
	s := &server{}
	var now, most atomic.Int32
	s.before = func(context.Context) error {
		most.Store(max(most.Load(), now.Add(1)))
		defer now.Add(-1)
		time.Sleep(time.Millisecond)
		return nil
	}
	r := newReader(s, func(c *Config) { c.Parallel = 4 })
	var refs []digest.Ref
	want := map[string]digest.Digests{}
	for i := range 40 {
		ref := digest.Ref{Kind: []string{digest.Secret, digest.ConfigMap}[i%2], Name: fmt.Sprintf("s%d", i), All: true}
		data := map[string][]byte{"k": fmt.Append(nil, i)}
		s.set(ref.ID(), data)
		refs = append(refs, ref)
		want[ref.ID()] = ring.Digests("ns", ref, data, true)
	}
	for _, n := range []int{0, 1, 40} {
		got, err := r.Read(t.Context(), "ns", refs[:n])
		if err != nil {
			t.Fatal(err)
		}
		for id := range want {
			if wanted := slices.ContainsFunc(refs[:n], func(ref digest.Ref) bool { return ref.ID() == id }); wanted != (got[id] != nil) || wanted && !cmp.Equal(want[id], got[id]) {
				t.Errorf("%d references: %s is %v", n, id, got[id])
			}
		}
	}
	if most.Load() > 4 {
		t.Errorf("%d reads at a time", most.Load())
	}
}

// Errors say what and why, are of use to errors.Is, and hold nothing of what was read.
func TestErrors(t *testing.T) {
	tests := map[string]struct {
		err  error
		want string
		is   func(error) bool
	}{
		"refused":   {apierrors.NewForbidden(schema.GroupResource{}, planted, errors.New(planted)), "read Secret ns/a: the API server answers 403 Forbidden", apierrors.IsForbidden},
		"too many":  {apierrors.NewTooManyRequests(planted, 1), "read Secret ns/a: the API server answers 429 TooManyRequests", apierrors.IsTooManyRequests},
		"transport": {&url.Error{Op: "Get", URL: "https://x/" + planted, Err: errors.New("connection refused")}, "read Secret ns/a: Get: connection refused", nil},
		"decoder":   {errors.New(planted), "read Secret ns/a: cannot be read (*errors.errorString)", nil},
		"canceled":  {context.DeadlineExceeded, "read Secret ns/a: context deadline exceeded", func(err error) bool { return errors.Is(err, context.DeadlineExceeded) }},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			s := &server{before: func(context.Context) error { return test.err }}
			r := newReader(s)
			for _, refs := range [][]digest.Ref{{refA}, {refA, refA, refA}} {
				_, err := r.Read(t.Context(), "ns", refs)
				if err == nil || err.Error() != test.want || test.is != nil && !test.is(err) {
					t.Errorf("%v, want %s", err, test.want)
				}
			}
		})
	}
	if _, err := newReader(&server{}).Digests(t.Context(), "ns", digest.Ref{Kind: "Pod", Name: "a"}); err == nil {
		t.Error("a Pod has values")
	}
}

// A server that does not answer holds nobody longer than the timeout.
func TestTimeout(t *testing.T) {
	s := &server{before: func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }}
	r := newReader(s, func(c *Config) { c.Timeout = 10 * time.Millisecond })
	began := time.Now()
	if _, err := r.Digests(t.Context(), "ns", refA); !errors.Is(err, context.DeadlineExceeded) || time.Since(began) > time.Second {
		t.Errorf("%v after %v", err, time.Since(began))
	}
}
