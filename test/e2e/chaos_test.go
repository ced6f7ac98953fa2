package e2e

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/lotus-lake/lotus-gate/mutate/keystore"
	"github.com/lotus-lake/lotus-gate/mutate/rollout"
	"github.com/lotus-lake/lotus-gate/test/scenario"
)

// chaosConfig has nothing that holds rollouts back: every change counts.
const chaosConfig = "secretHash: {quietWindow: 200ms, maxQuiet: 1s, minInterval: 0s, budget: 0, breaker: {changes: 0}}\n"

const (
	chaosNamespace   = "chaos"
	chaosSecrets     = 40
	chaosDeployments = 200
	chaosChanges     = 1000
	chaosKills       = 200
)

// TestChaos kills the process 200 times, at any point of its life, while 40 Secrets change 1,000 times under 200 Deployments, whose templates
// somebody changes as well. For a third of the time two replicas run, one of which leads whatever the lease says. At the end no hash is stale, and no
// change rolled a workload out twice.
func TestChaos(t *testing.T) {
	s := stage(t)
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	if err := shared.process.Stop(); err != nil {
		t.Errorf("the process of the acts: %v", err)
	}
	must(t, s.Configure(chaosConfig))
	c := &chaos{Stage: s, uses: map[string][]string{}, changes: map[string]int{}}
	c.populate(t)
	c.watch(t)
	first := c.start(t)
	c.adopted(t)

	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var parts sync.WaitGroup
	parts.Go(func() {
		if err := c.change(ctx, rand.New(rand.NewPCG(seed, 1))); err != nil && ctx.Err() == nil {
			t.Errorf("change Secrets: %v", err)
		}
	})
	began := time.Now()
	c.kill(t, first, rand.New(rand.NewPCG(seed, 2)))
	t.Logf("%d kills took %s", chaosKills, time.Since(began).Round(time.Second))
	parts.Wait()
	t.Logf("%d changes took %s", chaosChanges, time.Since(began).Round(time.Second))

	c.start(t)
	c.settle(t)
	c.judge(t)
}

// chaos is the world of the test.
type chaos struct {
	*scenario.Stage
	uses map[string][]string // Deployment -> Secrets

	mu      sync.Mutex
	changes map[string]int      // of Secrets
	seen    map[string][]stamps // of Deployments, each change of the stamp
	lost    error               // why the watch ended
}

// stamps are what a template and its workload said when the stamp changed.
type stamps struct{ stamp, baseline string }

func (c *chaos) populate(t *testing.T) {
	t.Helper()
	must(t, c.Client.Create(t.Context(), &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: chaosNamespace}}))
	for i := range chaosSecrets {
		must(t, c.Client.Create(t.Context(), &corev1.Secret{
			ObjectMeta: metav1.ObjectMeta{Namespace: chaosNamespace, Name: secretName(i)}, StringData: map[string]string{"value": c.Planted.New()},
		}))
	}
	for i := range chaosDeployments {
		name := fmt.Sprintf("web-%03d", i)
		c.uses[name] = []string{secretName(i % chaosSecrets)}
		if i%5 == 0 {
			c.uses[name] = append(c.uses[name], secretName((i+7)%chaosSecrets))
		}
		must(t, c.Client.Create(t.Context(), chaosDeployment(name, c.uses[name])))
	}
}

func secretName(i int) string { return fmt.Sprintf("secret-%02d", i) }

func chaosDeployment(name string, secrets []string) *appsv1.Deployment {
	labels := map[string]string{"app": name}
	d := &appsv1.Deployment{
		ObjectMeta: metav1.ObjectMeta{Namespace: chaosNamespace, Name: name},
		Spec: appsv1.DeploymentSpec{
			Replicas: new(int32), RevisionHistoryLimit: new(int32), Selector: &metav1.LabelSelector{MatchLabels: labels},
			Template: corev1.PodTemplateSpec{ObjectMeta: metav1.ObjectMeta{Labels: labels}, Spec: corev1.PodSpec{Containers: []corev1.Container{{Name: "web", Image: "web:0"}}}},
		},
	}
	for _, secret := range secrets {
		from := corev1.EnvFromSource{SecretRef: &corev1.SecretEnvSource{LocalObjectReference: corev1.LocalObjectReference{Name: secret}}}
		d.Spec.Template.Spec.Containers[0].EnvFrom = append(d.Spec.Template.Spec.Containers[0].EnvFrom, from)
	}
	return d
}

// watch every version of every Deployment.
func (c *chaos) watch(t *testing.T) {
	t.Helper()
	watcher, err := client.NewWithWatch(c.Cluster.Config(), client.Options{Scheme: c.Scheme})
	must(t, err)
	events, err := watcher.Watch(t.Context(), &appsv1.DeploymentList{}, client.InNamespace(chaosNamespace))
	must(t, err)
	t.Cleanup(events.Stop)
	c.seen = map[string][]stamps{}
	go func() {
		for e := range events.ResultChan() {
			d, ok := e.Object.(*appsv1.Deployment)
			c.mu.Lock()
			if !ok {
				c.lost = fmt.Errorf("%s", e.Type)
				c.mu.Unlock()
				continue
			}
			now := stamps{d.Spec.Template.Annotations["lotus-gate.dev/secret-hash"], d.Annotations["lotus-gate.dev/baseline"]}
			if all := c.seen[d.Name]; len(all) == 0 || all[len(all)-1].stamp != now.stamp {
				c.seen[d.Name] = append(all, now)
			}
			c.mu.Unlock()
		}
		c.mu.Lock()
		defer c.mu.Unlock()
		if t.Context().Err() == nil {
			c.lost = errors.Join(c.lost, errors.New("the watch ended"))
		}
	}()
}

// start a replica with a short lease.
func (c *chaos) start(t *testing.T, flags ...string) *scenario.Process {
	t.Helper()
	p, err := c.Start(t.Context(), append([]string{"--lease-duration", "1s", "--renew-deadline", "700ms", "--retry-period", "200ms"}, flags...)...)
	must(t, err)
	return p
}

func (c *chaos) adopted(t *testing.T) {
	t.Helper()
	must(t, scenario.Eventually(t.Context(), 2*time.Minute, "adoption", func() error {
		var list appsv1.DeploymentList
		if err := c.Client.List(t.Context(), &list, client.InNamespace(chaosNamespace)); err != nil {
			return err
		}
		missing := 0
		for i := range list.Items {
			if list.Items[i].Annotations["lotus-gate.dev/baseline"] == "" {
				missing++
			}
		}
		if missing > 0 || len(list.Items) != chaosDeployments {
			return fmt.Errorf("%d of %d have no baseline", missing, len(list.Items))
		}
		return nil
	}))
}

// change Secrets, alone and in bursts, and now and then a template.
func (c *chaos) change(ctx context.Context, r *rand.Rand) error {
	for i := range chaosChanges {
		name := secretName(r.IntN(chaosSecrets))
		c.mu.Lock()
		c.changes[name]++
		c.mu.Unlock()
		secret := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: chaosNamespace, Name: name}}
		patch := fmt.Appendf(nil, `{"stringData":{"value":%q}}`, c.Planted.New())
		if err := c.Client.Patch(ctx, secret, client.RawPatch(types.MergePatchType, patch)); err != nil {
			return err
		}
		if r.IntN(20) == 0 {
			d := &appsv1.Deployment{ObjectMeta: metav1.ObjectMeta{Namespace: chaosNamespace, Name: fmt.Sprintf("web-%03d", r.IntN(chaosDeployments))}}
			patch := fmt.Appendf(nil, `{"spec":{"template":{"spec":{"containers":[{"name":"web","image":"web:%d"}]}}}}`, i+1)
			if err := c.Client.Patch(ctx, d, client.RawPatch(types.StrategicMergePatchType, patch)); err != nil {
				return err
			}
		}
		if r.IntN(3) == 0 {
			continue
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Duration(r.IntN(300)) * time.Millisecond):
		}
	}
	return nil
}

// kill replicas, mostly before they lead.
func (c *chaos) kill(t *testing.T, first *scenario.Process, r *rand.Rand) {
	t.Helper()
	replicas := []*scenario.Process{first}
	for i := range chaosKills {
		if two := i >= chaosKills/3 && i < 2*chaosKills/3; two && len(replicas) == 1 {
			replicas = append(replicas, c.start(t, "--leader-elect=false"))
		} else if !two && len(replicas) == 2 {
			must(t, replicas[1].Kill())
			replicas = replicas[:1]
		}
		life := 20 + r.IntN(480)
		if r.IntN(5) == 0 {
			life = 1300 + r.IntN(1400)
		}
		time.Sleep(time.Duration(life) * time.Millisecond)
		which := r.IntN(len(replicas))
		must(t, replicas[which].Kill())
		if which == 1 {
			replicas[1] = c.start(t, "--leader-elect=false")
		} else {
			replicas[0] = c.start(t)
		}
	}
	for _, p := range replicas {
		must(t, p.Kill())
	}
}

// settle waits until no hash is stale, and then that nothing rolls out any more.
func (c *chaos) settle(t *testing.T) {
	t.Helper()
	began := time.Now()
	keys := keystore.New(keystore.Config{Client: c.Client, Namespace: scenario.Namespace})
	must(t, keys.Load(t.Context()))
	must(t, scenario.Eventually(t.Context(), 2*time.Minute, "no hash is stale", func() error {
		stale, err := rollout.Verify(t.Context(), c.Client, keys.Ring(), rollout.VerifyOptions{Namespace: chaosNamespace})
		if err == nil && len(stale) > 0 {
			err = fmt.Errorf("%d are: %+v", len(stale), stale[:min(3, len(stale))])
		}
		return err
	}))
	t.Logf("no hash is stale %s after the last kill", time.Since(began).Round(100*time.Millisecond))
	before := c.rollouts()
	time.Sleep(5 * time.Second) // longer than every pause of the controller
	if after := c.rollouts(); after != before {
		t.Errorf("%d rollouts after everything was up to date", after-before)
	}
}

func (c *chaos) rollouts() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := 0
	for _, all := range c.seen {
		n += len(all) - 1
	}
	return n
}

// judge every rollout: each has a cause that no other one had.
func (c *chaos) judge(t *testing.T) {
	t.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.lost != nil {
		t.Fatalf("watch: %v", c.lost)
	}
	rollouts, most := 0, 0
	for name, secrets := range c.uses {
		all := c.seen[name]
		changes := 0
		for _, secret := range secrets {
			changes += c.changes[secret]
		}
		n := len(all) - 1
		rollouts, most = rollouts+n, most+changes
		if n > changes || changes > 0 && n < 1 {
			t.Errorf("%s: %d rollouts for %d changes", name, n, changes)
		}
		baselines := map[string]bool{}
		for i, s := range all {
			if i > 0 && (s.stamp == "" || baselines[s.baseline]) {
				t.Errorf("%s: rollout %d has the baseline of an earlier one: two for one change, or its stamp was taken away", name, i)
			}
			baselines[s.baseline] = true
		}
	}
	t.Logf("%d rollouts; one for each change and workload would be %d", rollouts, most)
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
