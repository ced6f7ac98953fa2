package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	coordinationv1 "k8s.io/api/coordination/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// TestServe has a real API server ask the real binary.
func TestServe(t *testing.T) {
	k := needCluster(t)
	own, ns := namespace(t, k, "gate"), namespace(t, k, "lake")
	address := freePorts(t, 1)[0]
	collector := collect(t)
	p := start(t, "--namespace", own, "--bind-address", address, "--webhook-url", "https://"+address, "--webhook-configuration", own,
		"--drain-delay", "0s", "--otlp-endpoint", collector.URL)
	p.waitReady()
	secret(t, k, ns, "a")
	eventually(t, 10*time.Second, "mutation at creation", func() error { return mutated(t.Context(), k, ns) })

	t.Run("validates", func(t *testing.T) {
		state := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: ns, Name: "tfstate-default-lake"}}
		if err := k.Create(t.Context(), state); err != nil {
			t.Fatal(err)
		}
		// An API server that still knows the configuration of an earlier process asks nobody for a moment.
		eventually(t, 10*time.Second, "the rule's answer", func() error { return refused(t.Context(), k, state) })
	})
	t.Run("says what it is ready for", func(t *testing.T) { detail(t, p) })
	t.Run("metrics", func(t *testing.T) { measured(t, p) })
	t.Run("bad policies", func(t *testing.T) { rejects(t, k, p, own) })
	t.Run("a lost lease", func(t *testing.T) { losesLease(t, k, p, own, ns) })

	p.terminate()
	if code := p.wait(); code != 0 {
		t.Errorf("exit code %d", code)
	}
	if collector.spans.Load() == 0 {
		t.Error("no trace was exported")
	}
	for line := range strings.Lines(p.log.String()) {
		var entry struct{ Time, Level, Msg string }
		if err := json.Unmarshal([]byte(line), &entry); err != nil || entry.Time == "" || entry.Level == "" || entry.Msg == "" {
			t.Errorf("no log entry in JSON: %s", line)
		}
	}
}

var volatile = regexp.MustCompile(`[0-9]+ of revision [0-9a-f]+|[0-9a-f]{8}$|until [0-9TZ:-]+|[0-9]+m?s$|leader|standby`)

// detail compares what readiness says.
func detail(t *testing.T, p *process) {
	_, text, err := get(p.health + "/readyz")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for line := range strings.Lines(text) {
		got = append(got, volatile.ReplaceAllString(strings.TrimSpace(line), "…"))
	}
	want := []string{"[+] running", "[+] caches", "[+] controllers: …", "[+] rules: …", "[+] installation key: …", "[+] certificate: …", "[+] self-call: …"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("readiness (-want +got):\n%s", diff)
	}
	if status, text, err := get(p.health + "/healthz"); err != nil || status != http.StatusOK {
		t.Errorf("liveness: %d %q %v", status, text, err)
	}
}

// measured looks for metrics of every part.
func measured(t *testing.T, p *process) {
	_, metrics, err := get(p.metrics)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`lotus_gate_requests_total{result="denied",webhook="validate"}`, `lotus_gate_requests_total{result="allowed",webhook="mutate"}`,
		`lotus_gate_decisions_total{action="deny",rule="state/protected"}`, "lotus_gate_policy_info",
		`lotus_gate_certificate_expiry_timestamp_seconds{certificate="ca"}`, `lotus_gate_certificate_expiry_timestamp_seconds{certificate="leaf"}`,
		"lotus_gate_hash_cache_total", "leader_election_master_status", "go_memstats_heap_alloc_bytes", "rest_client_requests_total",
	} {
		if !strings.Contains(metrics, want) {
			t.Errorf("/metrics lacks %s", want)
		}
	}
}

// rejects: policies that do not compile leave a replica ready, which tells of
// them.
func rejects(t *testing.T, k client.Client, p *process, own string) {
	bad := &corev1.ConfigMap{
		ObjectMeta: metav1.ObjectMeta{Namespace: own, Name: "bad", Labels: map[string]string{"lotus-gate.dev/policy": "true"}},
		Data:       map[string]string{"bad.rego": "package bad\n\nthis is no Rego"},
	}
	if err := k.Create(t.Context(), bad); err != nil {
		t.Fatal(err)
	}
	eventually(t, 20*time.Second, "rejection", func() error {
		status, text, err := get(p.health + "/readyz")
		if err != nil || status != http.StatusOK || !strings.Contains(text, "newer ones are rejected: ") {
			return fmt.Errorf("%d %s %w", status, text, err)
		}
		return nil
	})
}

// losesLease takes the lease away: the controllers end, requests are answered
// meanwhile by the same process, and the controllers come back.
func losesLease(t *testing.T, k client.Client, p *process, own, ns string) {
	var lease coordinationv1.Lease
	key := client.ObjectKey{Namespace: own, Name: "lotus-gate-webhook"}
	eventually(t, 20*time.Second, "leader", func() error {
		if err := k.Get(t.Context(), key, &lease); err != nil {
			return err
		}
		now := metav1.NowMicro()
		lease.Spec.HolderIdentity, lease.Spec.RenewTime = new("somebody else"), &now
		if !strings.Contains(p.log.String(), "Successfully acquired lease") {
			return errNotYet
		}
		return k.Update(t.Context(), &lease)
	})
	eventually(t, 30*time.Second, "the controllers end", func() error {
		if err := p.ready(); err != nil {
			t.Fatal(err)
		}
		if err := mutated(t.Context(), k, ns); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(p.log.String(), "controllers ended, and start anew") {
			return errNotYet
		}
		return nil
	})
	eventually(t, 30*time.Second, "leader again", func() error {
		if err := mutated(t.Context(), k, ns); err != nil {
			t.Fatal(err)
		}
		if err := p.ready(); err != nil {
			t.Fatal(err)
		}
		if strings.Count(p.log.String(), "Successfully acquired lease") < 2 {
			return errNotYet
		}
		return nil
	})
}

// TestFiles serves a certificate from a directory, and publishes its authority.
func TestFiles(t *testing.T) {
	k := needCluster(t)
	own, ns := namespace(t, k, "gate"), namespace(t, k, "lake")
	address := freePorts(t, 1)[0]
	p := start(t, "--namespace", own, "--bind-address", address, "--webhook-url", "https://"+address, "--webhook-configuration", own,
		"--drain-delay", "0s", "--cert-dir", certificateFiles(t), "--leader-elect=false")
	p.waitReady()
	secret(t, k, ns, "a")
	eventually(t, 10*time.Second, "mutation at creation", func() error { return mutated(t.Context(), k, ns) })
}

// collector counts what it is sent.
type collector struct {
	*httptest.Server
	spans atomic.Int64
}

func collect(t *testing.T) *collector {
	c := &collector{}
	c.Server = httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/v1/traces" {
			c.spans.Add(1)
		}
	}))
	t.Cleanup(c.Close)
	return c
}
