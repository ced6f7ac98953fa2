package refresh_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	fluxmeta "github.com/fluxcd/pkg/apis/meta"
	sourcev1 "github.com/fluxcd/source-controller/api/v1"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/prometheus/client_golang/prometheus"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/config"
	"sigs.k8s.io/controller-runtime/pkg/envtest"
	"sigs.k8s.io/controller-runtime/pkg/manager"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"

	"github.com/lotus-lake/lotus-gate/mutate/digest"
	"github.com/lotus-lake/lotus-gate/mutate/refresh"
	"github.com/lotus-lake/lotus-gate/mutate/rerun"
	"github.com/lotus-lake/lotus-gate/mutate/rollout"
	"github.com/lotus-lake/lotus-gate/mutate/values"
	"github.com/lotus-lake/lotus-gate/tofu"
)

const (
	revA = "main@sha1:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	revB = "main@sha1:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
)

// lake is one Terraform object with its source and variables in a namespace of its
// own, a fake tofu-controller, and the refresh controller.
type lake struct {
	t         *testing.T
	client    client.Client
	namespace string
	tofu      *fakeTofu
	events    *events
	registry  *prometheus.Registry
	ring      atomic.Pointer[digest.Keyring]
	refresh   *refresh.Controller
	stop      func() // the refresh controller
}

type settings func(*refresh.Config)

func fast(c *refresh.Config) {
	c.Settings = rerun.Settings{Grace: 300 * time.Millisecond, MinBackoff: 300 * time.Millisecond, MaxBackoff: 2 * time.Second, BumpTemplate: true}
	c.QuietWindow, c.MaxQuiet, c.KindCheck, c.KeyCheck = 150*time.Millisecond, time.Second, 200*time.Millisecond, 200*time.Millisecond
}

// newLake waits until the object has run once and is recorded.
func newLake(t *testing.T, change func(*tofu.Terraform), options ...settings) *lake {
	t.Helper()
	t.Parallel()
	_, k := api(t)
	name := strings.ToLower(strings.NewReplacer("/", "-", "_", "-").Replace(t.Name()))
	l := &lake{t: t, client: k, namespace: name[:min(len(name), 50)], events: &events{}, registry: prometheus.NewRegistry()}
	l.ring.Store(&digest.Keyring{Current: "k1", Keys: map[string][]byte{"k1": []byte("0123456789abcdef0123456789abcdef")}})
	ctx := t.Context()
	l.do(k.Create(ctx, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: l.namespace}}))
	l.do(k.Create(ctx, l.secret("vars", map[string]string{"password": "one", "unused": "x"})))
	source := &sourcev1.GitRepository{ObjectMeta: metav1.ObjectMeta{Namespace: l.namespace, Name: "lake"}}
	source.Spec.Interval = metav1.Duration{Duration: 5 * time.Minute}
	l.do(k.Create(ctx, source))
	l.push(revA, "sha256:a")
	object := &tofu.Terraform{ObjectMeta: metav1.ObjectMeta{Namespace: l.namespace, Name: "lake"}, Spec: tofu.TerraformSpec{
		Interval: metav1.Duration{Duration: time.Hour}, ApprovePlan: "auto", SourceRef: tofu.SourceReference{Kind: "GitRepository", Name: "lake"},
		VarsFrom: []tofu.VarsReference{{Kind: "Secret", Name: "vars", VarsKeys: []string{"password:db_password"}}},
	}}
	if change != nil {
		change(object)
	}
	l.do(k.Create(ctx, object))
	l.tofu = &fakeTofu{client: k, name: client.ObjectKeyFromObject(object), vars: "vars"}
	l.tofu.start(t)
	l.until("first run", func() bool { return len(l.runs()) == 1 })
	l.start(options...)
	l.until("adopted", func() bool { return l.record().Revision == revA && l.record().Request == nil })
	return l
}

// start the refresh controller, as a process that restarts does.
func (l *lake) start(options ...settings) {
	l.t.Helper()
	restConfig, _ := api(l.t)
	ctx, cancel := context.WithCancel(context.Background())
	yes := true
	mgr, err := manager.New(restConfig, manager.Options{
		Scheme: newScheme(), Metrics: metricsserver.Options{BindAddress: "0"}, HealthProbeBindAddress: "0",
		Cache:      cache.Options{ByObject: rollout.CacheOptions(false), DefaultTransform: refresh.Strip, DefaultNamespaces: map[string]cache.Config{l.namespace: {}}},
		Controller: config.Controller{SkipNameValidation: &yes},
	})
	l.do(err)
	ring := func() digest.Keyring { return *l.ring.Load() }
	l.registry = prometheus.NewRegistry()
	c := refresh.Config{
		Values: values.New(values.Config{Client: mgr.GetAPIReader(), Ring: ring}),
		Ring:   func(context.Context, string) digest.Keyring { return ring() },
		Events: l.events, Metrics: refresh.NewMetrics(l.registry),
	}
	fast(&c)
	for _, option := range options {
		option(&c)
	}
	l.refresh, err = refresh.Setup(mgr, c)
	l.do(err)
	done := make(chan error, 1)
	go func() { done <- mgr.Start(ctx) }()
	var once sync.Once
	l.stop = func() {
		once.Do(func() {
			cancel()
			if err := <-done; err != nil {
				l.t.Error(err)
			}
		})
	}
	l.t.Cleanup(l.stop)
}

func (l *lake) do(err error) {
	l.t.Helper()
	if err != nil {
		l.t.Fatal(err)
	}
}

func (l *lake) until(what string, ok func() bool) {
	l.t.Helper()
	for end := time.Now().Add(15 * time.Second); !ok(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			o := l.object()
			l.t.Fatalf("%s: not in time\nruns %v\nannotations %v\nstatus %+v\nevents %v", what, l.runs(), o.Annotations, o.Status, l.events.all())
		}
	}
}

// rest is long enough for anything that is wrongly asked for to be seen.
func (l *lake) rest() { time.Sleep(700 * time.Millisecond) }

func (l *lake) secret(name string, data map[string]string) *corev1.Secret {
	return &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: l.namespace, Name: name}, StringData: data}
}

func (l *lake) runs() []run { runs, _ := l.tofu.seen(); return runs }

func (l *lake) object() *tofu.Terraform {
	l.t.Helper()
	o := &tofu.Terraform{}
	l.do(l.client.Get(context.Background(), types.NamespacedName{Namespace: l.namespace, Name: "lake"}, o))
	return o
}

func (l *lake) record() rerun.Record {
	r, _ := rerun.ParseRecord(l.object().Annotations[rerun.AnnotationRecord])
	return r
}

func (l *lake) merge(o client.Object, patch string) {
	l.t.Helper()
	l.do(l.client.Patch(l.t.Context(), o, client.RawPatch(types.MergePatchType, []byte(patch))))
}

func (l *lake) rotate(password string) {
	l.t.Helper()
	l.merge(l.secret("vars", nil), fmt.Sprintf(`{"stringData":{"password":%q}}`, password))
}

// push is what source-controller does when it finds another artifact.
func (l *lake) push(revision, digest string) {
	l.t.Helper()
	source := &sourcev1.GitRepository{}
	l.do(l.client.Get(l.t.Context(), types.NamespacedName{Namespace: l.namespace, Name: "lake"}, source))
	source.Status.Artifact = &fluxmeta.Artifact{Revision: revision, Digest: digest, Path: "p", URL: "http://localhost/p", LastUpdateTime: metav1.Now()}
	source.Status.LastHandledReconcileAt = source.Annotations[rerun.AnnotationRequest]
	l.do(l.client.Status().Update(l.t.Context(), source))
}

func (l *lake) proven() bool { return l.record().Request == nil }

// events that were told, "Reason note".
type events struct {
	mu   sync.Mutex
	told []string
}

func (e *events) Eventf(_, _ runtime.Object, _, reason, _, note string, args ...any) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.told = append(e.told, reason+" "+fmt.Sprintf(note, args...))
}

func (e *events) all() []string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return append([]string(nil), e.told...)
}

// reasons of the events, in order.
func (e *events) reasons() []string {
	var reasons []string
	for _, told := range e.all() {
		reason, _, _ := strings.Cut(told, " ")
		reasons = append(reasons, reason)
	}
	return reasons
}

func (l *lake) wantRuns(want ...run) {
	l.t.Helper()
	if diff := cmp.Diff(want, l.runs()[1:], cmpopts.IgnoreFields(run{}, "Token"), cmpopts.EquateEmpty()); diff != "" {
		l.t.Errorf("runs: -want +got\n%s", diff)
	}
}

func (l *lake) wantEvents(want ...string) {
	l.t.Helper()
	if diff := cmp.Diff(want, l.events.reasons(), cmpopts.EquateEmpty()); diff != "" {
		l.t.Errorf("events: -want +got\n%s%v", diff, l.events.all())
	}
}

func (l *lake) counted(cause, result string) float64 {
	l.t.Helper()
	families, err := l.registry.Gather()
	l.do(err)
	for _, family := range families {
		for _, m := range family.GetMetric() {
			labels := map[string]string{}
			for _, p := range m.GetLabel() {
				labels[p.GetName()] = p.GetValue()
			}
			if labels["cause"] == cause && labels["result"] == result {
				return m.GetCounter().GetValue()
			}
		}
	}
	return 0
}

func TestOncePerChange(t *testing.T) {
	l := newLake(t, nil)
	l.push(revB, "sha256:b")
	l.until("proven", func() bool { return l.counted("revision", "proven") == 1 })
	l.push(revB, "sha256:b2") // spec.ignore changed: the same revision, other content
	l.until("digest proven", func() bool { return l.counted("digest", "proven") == 1 })
	l.rotate("two")
	l.until("inputs proven", func() bool { return l.counted("inputs", "proven") == 1 })
	l.rest()
	l.wantRuns(run{Revision: revB, Password: "one"}, run{Revision: revB, Password: "one"}, run{Revision: revB, Password: "two"})
	l.wantEvents("RefreshRequested", "RefreshProven", "RefreshRequested", "RefreshProven", "RefreshRequested", "RefreshProven")
}

func TestChangesThatDoNotCount(t *testing.T) {
	l := newLake(t, nil)
	before := l.object().ResourceVersion
	l.merge(l.secret("vars", nil), `{"stringData":{"unused":"y"},"metadata":{"labels":{"a":"b"}}}`)
	state := l.secret("tfstate-default-lake", map[string]string{"tfstate": "1"})
	state.Labels = map[string]string{"tfstate": "true"}
	l.do(l.client.Create(t.Context(), state))
	for i := range 5 {
		l.merge(l.secret("tfstate-default-lake", nil), fmt.Sprintf(`{"stringData":{"tfstate":"%d"}}`, i))
	}
	l.rest()
	l.wantRuns()
	l.wantEvents()
	if after := l.object().ResourceVersion; after != before {
		t.Errorf("the object was written: version %s, was %s", after, before)
	}
}

// Outputs that another object's runner writes at each run never trigger.
func TestOutputsOfAnotherObject(t *testing.T) {
	l := newLake(t, func(o *tofu.Terraform) {
		o.Spec.ReadInputsFromSecrets = []tofu.ReadInputsFromSecret{{Name: "outputs", As: "net"}}
	})
	outputs := l.secret("outputs", map[string]string{"id": "1"})
	outputs.OwnerReferences = []metav1.OwnerReference{{APIVersion: "infra.contrib.fluxcd.io/v1alpha2", Kind: "Terraform", Name: "net", UID: "1"}}
	l.do(l.client.Create(t.Context(), outputs))
	l.rest()
	l.merge(l.secret("outputs", nil), `{"stringData":{"id":"2"}}`)
	l.rest()
	l.merge(l.object(), `{"metadata":{"annotations":{"looked":"at"}}}`)
	l.rest()
	l.wantRuns()
	if _, found := l.record().Inputs["Secret/outputs"]; found {
		t.Error("recorded")
	}
}

func TestSeveralChangesOneRequest(t *testing.T) {
	l := newLake(t, nil)
	for i := range 5 {
		l.rotate(fmt.Sprintf("n%d", i))
		time.Sleep(20 * time.Millisecond)
	}
	l.until("proven", func() bool { return l.counted("inputs", "proven") == 1 })
	l.rest()
	l.wantRuns(run{Revision: revA, Password: "n4"})
}

func TestSwallowedTokens(t *testing.T) {
	l := newLake(t, nil)
	l.tofu.set(func(f *fakeTofu) { f.swallow = 2 })
	l.rotate("two")
	l.until("proven", func() bool { return l.counted("inputs", "proven") == 1 })
	l.wantRuns(run{Revision: revA, Password: "two"})
	l.wantEvents("RefreshRequested", "RefreshSwallowed", "RefreshSwallowed", "RefreshProven")
	if n := l.counted("inputs", "swallowed"); n != 2 {
		t.Errorf("swallowed %v", n)
	}
	_, tokens := l.tofu.seen()
	if len(tokens) != 3 || !strings.HasPrefix(tokens[0], rerun.TokenPrefix) || tokens[1] != tokens[0]+"-2" || tokens[2] != tokens[0]+"-3" {
		t.Errorf("tokens %v", tokens)
	}
}

func TestFailureProves(t *testing.T) {
	l := newLake(t, nil)
	l.tofu.set(func(f *fakeTofu) { f.fail = true })
	for i, rev := range []string{revB, revA} { // the second one fails for the first time too
		l.push(rev, fmt.Sprintf("sha256:%d", i))
		l.until("proven", func() bool { return l.counted("revision", "proven") == float64(i+1) })
	}
	l.rest()
	l.wantEvents("RefreshRequested", "RefreshProven", "RefreshRequested", "RefreshProven")
}

// A push while a run is under way, which keeps its artifact: its end is no proof.
func TestRunUnderWayIsNoProof(t *testing.T) {
	l := newLake(t, nil)
	l.tofu.set(func(f *fakeTofu) { f.length = time.Second })
	l.merge(l.object(), `{"metadata":{"annotations":{"reconcile.fluxcd.io/requestedAt":"by hand"}}}`)
	l.until("under way", func() bool {
		return len(l.object().Status.Conditions) > 0 && l.object().Status.Conditions[0].Type == "Reconciling"
	})
	l.tofu.set(func(f *fakeTofu) { f.swallow = 1 })
	l.rotate("two")
	l.until("proven", func() bool { return l.counted("inputs", "proven") == 1 })
	runs := l.runs()
	if last := runs[len(runs)-1]; last.Password != "two" {
		t.Errorf("called proven with %v", runs)
	}
}

func TestUsersTokenCounts(t *testing.T) {
	l := newLake(t, nil)
	l.tofu.set(func(f *fakeTofu) { f.down = true })
	l.merge(l.object(), `{"metadata":{"annotations":{"reconcile.fluxcd.io/requestedAt":"by hand"}}}`)
	l.push(revB, "sha256:b")
	l.until("followed", func() bool { return l.record().Request != nil && l.record().Request.User })
	l.tofu.set(func(f *fakeTofu) { f.down = false })
	l.until("proven", func() bool { return l.counted("revision", "proven") == 1 })
	l.rest()
	_, tokens := l.tofu.seen()
	if diff := cmp.Diff([]string{"by hand"}, tokens); diff != "" {
		t.Errorf("tokens: -want +got\n%s", diff)
	}
	l.wantRuns(run{Revision: revB, Password: "one"})
}

func TestExhaustedRetriesAreBumped(t *testing.T) {
	l := newLake(t, func(o *tofu.Terraform) { o.Spec.Remediation = &tofu.Remediation{Retries: 1} })
	l.tofu.set(func(f *fakeTofu) { f.fail = true })
	l.push(revB, "sha256:b")
	l.until("failed", func() bool { return l.counted("revision", "proven") == 1 })
	l.tofu.set(func(f *fakeTofu) { f.fail = false })
	l.rotate("two")
	l.until("proven", func() bool { return l.counted("inputs", "proven") == 1 })
	l.wantRuns(run{Revision: revB, Password: "one"}, run{Revision: revB, Password: "two"})
	if o := l.object(); o.Spec.RunnerPodTemplate.Metadata.Annotations[rerun.AnnotationInputs] == "" || o.Spec.Force {
		t.Errorf("spec %+v", o.Spec)
	}
	if l.counted("inputs", "bumped") != 1 || l.counted("inputs", "issued") != 0 {
		t.Error("not bumped, or asked for as well")
	}
}

func TestManualModeIsTold(t *testing.T) {
	l := newLake(t, func(o *tofu.Terraform) { o.Spec.ApprovePlan = "" })
	l.rotate("two")
	l.until("told", func() bool { return len(l.events.all()) > 0 })
	l.rest()
	l.wantRuns()
	l.wantEvents("RefreshBlocked")
	if o := l.object(); o.Annotations[rerun.AnnotationRequest] != "" || o.Generation != 1 {
		t.Errorf("written all the same: %v", o.Annotations)
	}
	l.push(revB, "sha256:b")
	l.until("proven", func() bool { return l.counted("revision", "proven") == 1 })
	l.wantRuns(run{Revision: revB, Password: "two"})
}

func TestSuspendedIsHeld(t *testing.T) {
	l := newLake(t, nil)
	l.merge(l.object(), `{"spec":{"suspend":true}}`)
	l.tofu.set(func(f *fakeTofu) { f.down = true })
	l.push(revB, "sha256:b")
	l.until("told", func() bool { return len(l.events.all()) > 0 })
	l.rest()
	l.wantEvents("RefreshBlocked")
	if token := l.object().Annotations[rerun.AnnotationRequest]; token != "" {
		t.Errorf("asked a suspended object: %s", token)
	}
	l.merge(l.object(), `{"spec":{"suspend":false}}`)
	l.until("asked", func() bool { return l.object().Annotations[rerun.AnnotationRequest] != "" })
	l.tofu.set(func(f *fakeTofu) { f.down = false })
	l.until("proven", func() bool { return l.counted("revision", "proven") == 1 })
}

// A restart goes on with the request of the process before, and finds what changed
// while there was none.
func TestRestart(t *testing.T) {
	l := newLake(t, nil)
	l.tofu.set(func(f *fakeTofu) { f.swallow = 1 })
	l.rotate("two")
	l.until("consumed", func() bool { return l.record().Request != nil && !l.record().Request.Due.IsZero() })
	l.stop()
	l.start()
	l.until("proven", func() bool { return l.counted("inputs", "proven") == 1 })
	l.stop()
	l.push(revB, "sha256:b")
	l.rotate("three")
	l.start()
	l.until("proven", func() bool { return l.counted("revision", "proven") == 1 })
	l.rest()
	l.wantRuns(run{Revision: revA, Password: "two"}, run{Revision: revB, Password: "three"})
}

func TestKeptRunnerPod(t *testing.T) {
	l := newLake(t, func(o *tofu.Terraform) {
		keep := false
		o.Spec.AlwaysCleanupRunnerPod = &keep
		o.Spec.RunnerPodTemplate.Spec.EnvFrom = []corev1.EnvFromSource{{SecretRef: &corev1.SecretEnvSource{LocalObjectReference: corev1.LocalObjectReference{Name: "vars"}}}}
	}, func(c *refresh.Config) { c.Settings.RemoveRunnerPods = true })
	pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: l.namespace, Name: "lake-tf-runner"}, Spec: corev1.PodSpec{Containers: []corev1.Container{{Name: "tf-runner", Image: "i"}}}}
	l.do(l.client.Create(t.Context(), pod))
	l.rotate("two")
	l.until("proven", func() bool { return l.counted("inputs", "proven") == 1 })
	if err := l.client.Get(t.Context(), client.ObjectKeyFromObject(pod), pod); !apierrors.IsNotFound(err) && pod.DeletionTimestamp == nil {
		t.Errorf("the pod is still there: %v", err)
	}
	if l.counted("inputs", "pod_removed") != 1 {
		t.Error("not counted")
	}
}

func TestPokedWhileFailing(t *testing.T) {
	l := newLake(t, nil, func(c *refresh.Config) { c.Settings.PokeSources = true })
	source := func() *sourcev1.GitRepository {
		s := &sourcev1.GitRepository{}
		l.do(l.client.Get(t.Context(), types.NamespacedName{Namespace: l.namespace, Name: "lake"}, s))
		return s
	}
	l.rest()
	if source().Annotations[rerun.AnnotationRequest] != "" {
		t.Fatal("poked for a healthy object")
	}
	l.tofu.set(func(f *fakeTofu) { f.fail = true })
	l.push(revB, "sha256:b")
	l.until("poked", func() bool { return source().Annotations[rerun.AnnotationRequest] != "" })
	first := source().Annotations[rerun.AnnotationRequest]
	l.push(revB, "sha256:b") // it looked and found nothing
	l.until("poked again", func() bool { return source().Annotations[rerun.AnnotationRequest] == first+"-2" })
	l.tofu.set(func(f *fakeTofu) { f.fail = false })
	l.push(revA, "sha256:c") // and found the fix
	l.until("healthy", func() bool {
		o := l.object()
		return o.Status.LastAppliedRevision == revA && l.proven() && l.record().Poke == nil
	})
}

func TestDryRunOnlyTells(t *testing.T) {
	l := newLake(t, nil)
	l.merge(l.object(), `{"metadata":{"annotations":{"lotus-gate.dev/refresh-mode":"dry-run"}}}`)
	l.push(revB, "sha256:b")
	l.until("told", func() bool { return l.counted("revision", "dry_run") == 1 })
	l.rotate("two")
	l.until("told", func() bool { return l.counted("revision", "dry_run") == 2 })
	l.rest()
	l.wantRuns()
	if r := l.record(); r.Revision != revA {
		t.Errorf("record written: %v", r)
	}
	l.wantEvents("RefreshRequested", "RefreshRequested")
}

func TestDisabled(t *testing.T) {
	l := newLake(t, nil)
	l.merge(&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: l.namespace}}, `{"metadata":{"labels":{"lotus-gate.dev/refresh-mode":"disabled"}}}`)
	l.rest()
	l.push(revB, "sha256:b")
	l.rest()
	l.wantRuns()
	l.merge(&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: l.namespace}}, `{"metadata":{"labels":{"lotus-gate.dev/refresh-mode":"enabled"}}}`)
	l.until("proven", func() bool { return l.counted("revision", "proven") == 1 })
}

// A kind of source whose CRD comes later is watched from then on, without a restart.
func TestKindThatComesLater(t *testing.T) {
	l := newLake(t, nil)
	restConfig, _ := api(t)
	_, err := envtest.InstallCRDs(restConfig, envtest.CRDInstallOptions{Paths: []string{"testdata/bucket.yaml"}, ErrorIfPathMissing: true})
	l.do(err)
	bucket := &sourcev1.Bucket{ObjectMeta: metav1.ObjectMeta{Namespace: l.namespace, Name: "b"}}
	l.until("created", func() bool { return l.client.Create(t.Context(), bucket) == nil })
	l.merge(l.object(), `{"spec":{"sourceRef":{"kind":"Bucket","name":"b"}}}`)
	bucket.Status.Artifact = &fluxmeta.Artifact{Revision: "sha256:1", Digest: "sha256:1", Path: "p", URL: "http://localhost/p", LastUpdateTime: metav1.Now()}
	l.rest()
	l.do(l.client.Status().Update(t.Context(), bucket))
	l.until("asked for the bucket's revision", func() bool { r := l.record(); return r.Revision == "sha256:1" && r.Request != nil })
}

// A rotated installation key is not a change of any input: records move to it, and
// the old one can go once they have.
func TestRotatedKey(t *testing.T) {
	l := newLake(t, nil)
	inUse := func() map[string]int {
		keys, err := l.refresh.KeysInUse(t.Context())
		l.do(err)
		return keys
	}
	if diff := cmp.Diff(map[string]int{"k1": 1}, inUse()); diff != "" {
		t.Fatal(diff)
	}
	both := digest.Keyring{Current: "k2", Keys: map[string][]byte{"k1": l.ring.Load().Keys["k1"], "k2": []byte("abcdef0123456789abcdef0123456789")}}
	l.ring.Store(&both)
	l.until("rewritten", func() bool { return cmp.Equal(map[string]int{"k2": 1}, inUse()) })
	l.rest()
	l.wantRuns()
	l.rotate("two")
	l.until("proven", func() bool { return l.counted("inputs", "proven") == 1 })
}
