package e2e

import (
	"fmt"
	"testing"
	"time"

	"github.com/lotus-lake/lotus-gate/mutate/keystore"
	"github.com/lotus-lake/lotus-gate/mutate/rollout"
	"github.com/lotus-lake/lotus-gate/test/scenario"
)

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
