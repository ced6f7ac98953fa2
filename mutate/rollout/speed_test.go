package rollout_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	clientset "k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/events"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/lotus-lake/lotus-gate/mutate/rollout"
	"github.com/lotus-lake/lotus-gate/mutate/secrethash"
	"github.com/lotus-lake/lotus-gate/test/cluster"
)

// BenchmarkThousandDeployments changes one Secret that 1,000 Deployments use, without limits, and compares with the time that eight clients need for
// 1,000 bare updates of the same objects: first-ms and all-ms after the change, bare-ms, ratio; medians of five rounds. Run it with -benchtime 1x.
func BenchmarkThousandDeployments(b *testing.B) {
	const n = 1000
	w := worldOn(b, cluster.ForTest(b, cluster.Options{APIOnly: true})) // the deployment controller would write the same objects meanwhile
	w.patience = 5 * time.Minute
	w.create(secret("a", "password", "0"))
	w.eightClients(n, func(i int) {
		d := deployment(fmt.Sprint("app", i), template("a"))
		d.Namespace = w.namespace
		if err := w.Create(b.Context(), d); err != nil {
			b.Error(err)
		}
	})
	recorder := w.slowEvents()
	w.start(func(c *rollout.Config) { c.Pace, c.Workers, c.Events = 1e6, 16, recorder })
	start := time.Now()
	w.fresh()
	b.Logf("%d adopted in %v", n, time.Since(start))
	const rounds = 5
	var first, all, bare []float64
	for round := range rounds {
		bare = append(bare, w.bareUpdates(n, round))
		w.fresh() // and the cache has seen the updates
		one, last := w.timeRollouts(n, round)
		first, all = append(first, one), append(all, last)
		b.Logf("round %d: first %.0f ms, all %.0f ms, bare %.0f ms", round, one, last, bare[round])
		w.fresh()
	}
	b.ReportMetric(median(first), "first-ms")
	b.ReportMetric(median(all), "all-ms")
	b.ReportMetric(median(bare), "bare-ms")
	b.ReportMetric(median(all)/median(bare), "ratio")
	b.ReportMetric(0, "ns/op")
}

func (w *world) eightClients(n int, do func(i int)) {
	var clients sync.WaitGroup
	for c := range 8 {
		clients.Go(func() {
			for i := c; i < n; i += 8 {
				do(i)
			}
		})
	}
	clients.Wait()
}

// slowEvents is a recorder with a client of its own that sends 20 events a second, as an installation has it: events must not compete with rollouts.
func (w *world) slowEvents() events.EventRecorder {
	w.Helper()
	slow := rest.CopyConfig(w.rest)
	slow.QPS, slow.Burst = 20, 20
	set, err := clientset.NewForConfig(slow)
	if err != nil {
		w.Fatal(err)
	}
	broadcaster := events.NewBroadcaster(&events.EventSinkImpl{Interface: set.EventsV1()})
	w.Cleanup(broadcaster.Shutdown)
	if err := broadcaster.StartRecordingToSinkWithContext(w.Context()); err != nil {
		w.Fatal(err)
	}
	return broadcaster.NewRecorder(w.Scheme(), "lotus-gate")
}

// bareUpdates of the templates by eight clients, in ms.
func (w *world) bareUpdates(n, round int) float64 {
	list := &appsv1.DeploymentList{}
	if err := w.List(w.Context(), list, client.InNamespace(w.namespace)); err != nil {
		w.Fatal(err)
	}
	start := time.Now()
	w.eightClients(n, func(i int) {
		d := &list.Items[i]
		if d.Spec.Template.Annotations == nil {
			d.Spec.Template.Annotations = map[string]string{}
		}
		d.Spec.Template.Annotations["round"] = fmt.Sprint(round)
		if err := w.Update(w.Context(), d); err != nil {
			w.Error(err)
		}
	})
	return float64(time.Since(start).Microseconds()) / 1000
}

// timeRollouts after a change of the Secret: the first and the last, in ms.
func (w *world) timeRollouts(n, round int) (first, last float64) {
	watcher, err := client.NewWithWatch(w.rest, client.Options{})
	if err != nil {
		w.Fatal(err)
	}
	before := &appsv1.DeploymentList{}
	if err := w.List(w.Context(), before, client.InNamespace(w.namespace)); err != nil {
		w.Fatal(err)
	}
	stamps := map[string]string{}
	for _, d := range before.Items {
		stamps[d.Name] = d.Spec.Template.Annotations[secrethash.AnnotationHash]
	}
	seen, err := watcher.Watch(w.Context(), &appsv1.DeploymentList{}, client.InNamespace(w.namespace), &client.ListOptions{Raw: &metav1.ListOptions{ResourceVersion: before.ResourceVersion}})
	if err != nil {
		w.Fatal(err)
	}
	defer seen.Stop()
	start := time.Now()
	w.set("a", "password", fmt.Sprint("round", round))
	for event := range seen.ResultChan() {
		d, ok := event.Object.(*appsv1.Deployment)
		if !ok {
			w.Fatalf("watch: %v", event.Object)
		}
		was, waits := stamps[d.Name]
		if !waits || d.Spec.Template.Annotations[secrethash.AnnotationHash] == was {
			continue
		}
		delete(stamps, d.Name)
		last = float64(time.Since(start).Microseconds()) / 1000
		if first == 0 {
			first = last
		}
		if len(stamps) == 0 {
			return first, last
		}
	}
	w.Fatalf("the watch ended; %d of %d wait", len(stamps), n)
	return 0, 0
}

func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[len(sorted)/2]
}
