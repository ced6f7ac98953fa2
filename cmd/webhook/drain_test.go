package main

import (
	"net/http"
	"strings"
	"testing"
	"time"

	coordinationv1 "k8s.io/api/coordination/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// TestRollingRestart replaces two replicas behind a Service, one by one, under 200
// requests a second: none fails, and the lease changes hands without a wait.
func TestRollingRestart(t *testing.T) {
	k := needCluster(t)
	own, lake := namespace(t, k, "gate"), namespace(t, k, "lake")
	service := balance(t)
	flags := []string{"--namespace", own, "--webhook-url", service.url(), "--webhook-configuration", own, "--drain-delay", "2s"}
	join := func() *process {
		t.Helper()
		before := service.count()
		p := start(t, flags...)
		service.add(p)
		p.waitReady()
		eventually(t, 10*time.Second, "endpoint", func() error {
			if service.count() == before {
				return errNotYet
			}
			return nil
		})
		return p
	}
	replicas := []*process{join(), join()}
	eventually(t, 10*time.Second, "admission", func() error { return mutated(t.Context(), k, lake) })
	l := startLoad(t, k, lake, 200)
	time.Sleep(2 * time.Second)
	for range 2 {
		for i, old := range replicas {
			replicas[i] = join()
			old.terminate()
			eventually(t, 2*time.Second, "unready", func() error {
				status, text, err := get(old.health + "/readyz")
				if err == nil && (status != http.StatusServiceUnavailable || !strings.Contains(text, "[-] running: draining")) {
					err = errNotYet
				}
				return err
			})
			if code := old.wait(); code != 0 {
				t.Errorf("exit code %d", code)
			}
		}
	}
	time.Sleep(time.Second)
	l.finish(t)
	for _, p := range replicas {
		p.terminate()
	}
	for _, p := range replicas {
		p.wait()
	}
	var lease coordinationv1.Lease
	if err := k.Get(t.Context(), client.ObjectKey{Namespace: own, Name: "lotus-gate-webhook"}, &lease); err != nil {
		t.Fatal(err)
	}
	if lease.Spec.HolderIdentity != nil && *lease.Spec.HolderIdentity != "" {
		t.Errorf("the lease is held still, by %s", *lease.Spec.HolderIdentity)
	}
}
