package main

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/manager"
)

// everyReplica is what every replica runs, leader or not.
type everyReplica func(context.Context) error

func (e everyReplica) Start(ctx context.Context) error { return e(ctx) }

// NeedLeaderElection: no.
func (everyReplica) NeedLeaderElection() bool { return false }

// health serves /healthz, which says only that the process answers, and /readyz.
func health(address string, ready readiness) *manager.Server {
	mux := http.NewServeMux()
	mux.HandleFunc("/healthz", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("ok\n")) })
	mux.Handle("/readyz", ready)
	return &manager.Server{Name: "health", Server: &http.Server{Addr: address, Handler: mux, ReadHeaderTimeout: 10 * time.Second}}
}

// runUntil runs manager and controllers until the context ends. Then the process
// turns unready and the controllers stop, so that another replica's take over;
// requests are served on while the endpoints catch up, and then drained.
func runUntil(ctx context.Context, mgr manager.Manager, c *controllers, d *drain, delay time.Duration) error {
	controlling, stopControllers := context.WithCancel(ctx)
	serving, stopServing := context.WithCancel(context.WithoutCancel(ctx))
	defer stopServing()
	var parts sync.WaitGroup
	defer parts.Wait()
	defer stopControllers()
	parts.Go(func() { c.run(controlling) })
	parts.Go(func() {
		defer stopServing()
		select {
		case <-serving.Done():
			return
		case <-ctx.Done():
		}
		d.begin()
		mgr.GetLogger().Info("draining", "delay", delay.String())
		select {
		case <-serving.Done():
		case <-time.After(delay):
		}
	})
	if err := mgr.Start(serving); err != nil {
		stopServing()
		return fmt.Errorf("serve: %w", err)
	}
	return nil
}
