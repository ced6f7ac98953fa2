package e2e

import (
	"context"
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
		if r.IntN(7) == 0 {
			life = 2000 + r.IntN(1500)
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
