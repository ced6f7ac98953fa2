package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// load is clients of the API server whose every request has to be mutated, or has
// to be refused by a rule.
type load struct {
	stop  chan struct{}
	parts sync.WaitGroup
	began time.Time
	mu    sync.Mutex
	took  []time.Duration
	bad   []string
	slow  []string // not answered within what the API server or a read waits: the machine was busy with other things
}

// patience is what a mutation has for its reads.
const patience = 2 * time.Second

// startLoad asks so many times a second. Nothing is stored: dry-runs pass through
// admission as well.
func startLoad(t *testing.T, k client.Client, ns string, rate int) *load {
	t.Helper()
	secret(t, k, ns, "a")
	state := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: ns, Name: "tfstate-default-lake"}}
	if err := k.Create(t.Context(), state); err != nil {
		t.Fatal(err)
	}
	l := &load{stop: make(chan struct{}), began: time.Now()}
	const clients = 32
	for i := range clients {
		ask := func(ctx context.Context) error { return mutated(ctx, k, ns) }
		if i%2 == 0 {
			ask = func(ctx context.Context) error { return refused(ctx, k, state) }
		}
		l.parts.Go(func() { l.run(clients*time.Second/time.Duration(rate), ask) })
	}
	return l
}

func (l *load) run(every time.Duration, ask func(context.Context) error) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-l.stop:
			return
		case <-tick.C:
		}
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		began := time.Now()
		err := ask(ctx)
		cancel()
		l.mu.Lock()
		l.took = append(l.took, time.Since(began))
		if took := time.Since(began); err != nil {
			text := fmt.Sprintf("%s after %s: %v", time.Now().UTC().Format("15:04:05.000"), took, err)
			if took < patience {
				l.bad = append(l.bad, text)
			} else {
				l.slow = append(l.slow, text)
			}
		}
		l.mu.Unlock()
	}
}

// finish fails the test for every request that the webhook did not answer.
func (l *load) finish(t *testing.T) {
	t.Helper()
	close(l.stop)
	l.parts.Wait()
	slices.Sort(l.took)
	t.Logf("%.0f requests a second, p50 %s, p99 %s; %d of %d failed, %d timed out", float64(len(l.took))/time.Since(l.began).Seconds(),
		l.took[len(l.took)/2], l.took[len(l.took)*99/100], len(l.bad), len(l.took), len(l.slow))
	if len(l.slow) > len(l.took)/50 {
		t.Errorf("%d of %d timed out, the first: %s", len(l.slow), len(l.took), l.slow[0])
	}
	for i, text := range l.bad {
		if i == 10 {
			t.Errorf("… and %d more", len(l.bad)-i)
			break
		}
		t.Error(text)
	}
}

func mutated(ctx context.Context, k client.Client, ns string) error {
	made := deployment(ns, "", "a")
	if err := k.Create(ctx, made, client.DryRunAll); err != nil {
		return err
	}
	return stamped(made)
}

func refused(ctx context.Context, k client.Client, state *corev1.Secret) error {
	changed := state.DeepCopy()
	changed.Data = map[string][]byte{"tfstate": []byte("tampered")}
	err := k.Update(ctx, changed, client.DryRunAll)
	if err == nil {
		return errors.New("state was tampered with")
	}
	if !strings.Contains(err.Error(), "state/protected") {
		return fmt.Errorf("not the rule's answer: %w", err)
	}
	return nil
}
