package patrol_test

import (
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-logr/logr"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	corev1 "k8s.io/api/core/v1"
	eventsv1 "k8s.io/api/events/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/manager"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"

	"github.com/lotus-lake/lotus-gate/policy"
	"github.com/lotus-lake/lotus-gate/policy/rules"
	"github.com/lotus-lake/lotus-gate/tofu"
	"github.com/lotus-lake/lotus-gate/validate/patrol"
)

// world is a patrol at work with the rights of the chart, in one namespace.
type world struct {
	t       *testing.T
	k       client.Client
	ns      string
	log     text
	metrics *prometheus.Registry
	ill     atomic.Bool // the API server does not list Terraform objects
	rules   atomic.Pointer[patrol.Policies]
}

// patrolling starts a patrol; change amends its configuration, and tuning that of rules.
func patrolling(t *testing.T, tuning policy.Config, change func(*patrol.Config)) *world {
	t.Helper()
	w := &world{t: t, k: api(t), metrics: prometheus.NewRegistry()}
	ns := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{GenerateName: "lake-"}}
	if err := w.k.Create(t.Context(), ns); err != nil {
		t.Fatal(err)
	}
	w.ns = ns.Name
	w.use(tuning, nil)
	config := rest.CopyConfig(server.granted)
	config.Wrap(func(next http.RoundTripper) http.RoundTripper { return sick{next, &w.ill} })
	scheme, err := newScheme()
	if err != nil {
		t.Fatal(err)
	}
	anew := true
	options := manager.Options{
		Scheme: scheme, Logger: logr.FromSlogHandler(slog.NewTextHandler(&w.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Metrics: metricsserver.Options{BindAddress: "0"}, Cache: cache.Options{DefaultNamespaces: map[string]cache.Config{w.ns: {}}},
	}
	options.Controller.SkipNameValidation = &anew
	mgr, err := manager.New(config, options)
	if err != nil {
		t.Fatal(err)
	}
	c := patrol.Config{
		Policies: func() patrol.Policies { return *w.rules.Load() }, Events: mgr.GetEventRecorder("lotus-gate"), Metrics: patrol.NewMetrics(w.metrics),
		Namespaces: []string{w.ns}, User: account, Interval: 300 * time.Millisecond, MinInterval: 100 * time.Millisecond, QuietWindow: 20 * time.Millisecond, Look: 100 * time.Millisecond,
	}
	if change != nil {
		change(&c)
	}
	if err := patrol.Setup(mgr, c); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- mgr.Start(t.Context()) }()
	t.Cleanup(func() {
		if err := <-done; err != nil {
			t.Error(err)
		}
		if t.Failed() {
			t.Log(w.log.String())
		}
	})
	return w
}

// use other rules from the next round on.
func (w *world) use(tuning policy.Config, own []policy.Files) {
	w.t.Helper()
	set, err := policy.LoadFiles(rules.FS, own)
	if err != nil {
		w.t.Fatal(err)
	}
	engine, err := policy.NewEngine(set, tuning)
	if err != nil {
		w.t.Fatal(err)
	}
	revision, err := set.Revision()
	if err != nil {
		w.t.Fatal(err)
	}
	w.rules.Store(&patrol.Policies{Set: set, Engine: engine, Revision: revision})
}

// sick fails to list Terraform objects while it is ill.
type sick struct {
	next http.RoundTripper
	ill  *atomic.Bool
}

func (s sick) RoundTrip(r *http.Request) (*http.Response, error) {
	if s.ill.Load() && strings.HasSuffix(r.URL.Path, "/"+tofu.Resource) {
		return nil, fmt.Errorf("the line is dead")
	}
	return s.next.RoundTrip(r)
}

// terraform creates an object whose source and service account are not there.
func (w *world) terraform(name string, change func(*tofu.Terraform)) *tofu.Terraform {
	w.t.Helper()
	object := &tofu.Terraform{ObjectMeta: metav1.ObjectMeta{Namespace: w.ns, Name: name}}
	object.Spec.DestroyResourcesOnDeletion = true
	object.Spec.SourceRef.Kind, object.Spec.SourceRef.Name = "GitRepository", "lake"
	if change != nil {
		change(object)
	}
	if err := w.k.Create(w.t.Context(), object); err != nil {
		w.t.Fatal(err)
	}
	return object
}

// events on an object by reason and first word of their note, with how often each came.
func (w *world) events(name string) map[string]int {
	w.t.Helper()
	var list eventsv1.EventList
	if err := w.k.List(w.t.Context(), &list, client.InNamespace(w.ns)); err != nil {
		w.t.Fatal(err)
	}
	counts := map[string]int{}
	for _, e := range list.Items {
		if e.Regarding.Name != name {
			continue
		}
		n := 1
		if e.Series != nil {
			n = int(e.Series.Count)
		}
		rule, _, _ := strings.Cut(e.Note, ":")
		counts[e.Reason+" "+rule] += n
	}
	return counts
}

// notes of all events.
func (w *world) notes() string {
	w.t.Helper()
	var list eventsv1.EventList
	if err := w.k.List(w.t.Context(), &list, client.InNamespace(w.ns)); err != nil {
		w.t.Fatal(err)
	}
	var all strings.Builder
	for _, e := range list.Items {
		all.WriteString(e.Note)
	}
	return all.String()
}

// rounds that went by.
func (w *world) rounds(result string) float64 {
	w.t.Helper()
	families, err := w.metrics.Gather()
	if err != nil {
		w.t.Fatal(err)
	}
	for _, f := range families {
		for _, m := range f.Metric {
			if f.GetName() == "lotus_gate_audit_rounds_total" && m.Label[0].GetValue() == result {
				return m.Counter.GetValue()
			}
		}
	}
	return 0
}

// more waits for whole rounds that begin from now on.
func (w *world) more() {
	w.t.Helper()
	was := w.rounds("complete") + w.rounds("partial")
	eventually(w.t, "two more rounds", func() error {
		if now := w.rounds("complete") + w.rounds("partial"); now < was+2 {
			return fmt.Errorf("%v rounds since", now-was)
		}
		return nil
	})
}

// counted is what a metric says of findings.
func (w *world) counted(want string) error {
	return testutil.GatherAndCompare(w.metrics, strings.NewReader("# HELP lotus_gate_audit_findings What the last audit found, by rule and result: fail, warn or dry-run.\n# TYPE lotus_gate_audit_findings gauge\n"+want), "lotus_gate_audit_findings")
}

// text is written and read by several at once.
type text struct {
	mu sync.Mutex
	b  strings.Builder
}

func (s *text) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *text) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}
