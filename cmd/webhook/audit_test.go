package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestAudit: it is off unless it is asked for, and then the leader alone goes its rounds.
func TestAudit(t *testing.T) {
	k := needCluster(t)
	own := namespace(t, k, "gate")
	off := start(t, "--namespace", own, "--webhook-configuration", own, "--drain-delay", "0s")
	off.waitReady()
	if _, text, err := get(off.metrics); err != nil || strings.Contains(text, "lotus_gate_audit") {
		t.Errorf("it is on without being asked for: %v", err)
	}
	off.terminate()
	off.wait()

	config := filepath.Join(t.TempDir(), "config.yaml")
	if err := os.WriteFile(config, []byte("audit: {enabled: true, interval: 1s, minInterval: 100ms}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	replicas := []*process{
		start(t, "--namespace", own, "--webhook-configuration", own, "--drain-delay", "0s", "--config", config),
		start(t, "--namespace", own, "--webhook-configuration", own, "--drain-delay", "0s", "--config", config),
	}
	for _, p := range replicas {
		p.waitReady()
	}
	rounds := func() (who []int, err error) {
		for i, p := range replicas {
			_, text, err := get(p.metrics)
			if err != nil {
				return nil, err
			}
			if went(text) {
				who = append(who, i)
			}
		}
		return who, nil
	}
	eventually(t, 30*time.Second, "rounds of one", func() error {
		who, err := rounds()
		if err == nil && len(who) != 1 {
			err = fmt.Errorf("rounds by %v", who)
		}
		return err
	})
	who, err := rounds()
	if err != nil {
		t.Fatal(err)
	}
	leader, standby := replicas[who[0]], replicas[1-who[0]]
	if n := strings.Count(leader.log.String(), "neither reports of openreports.io"); n != 1 {
		t.Errorf("it says %d times that there is no kind of reports", n)
	}
	leader.terminate()
	leader.wait()
	eventually(t, 30*time.Second, "the other takes over", func() error {
		_, text, err := get(standby.metrics)
		if err == nil && !went(text) {
			err = errors.New("no round")
		}
		return err
	})
}

// went tells whether a round ended well: without the CRDs of a lake it cannot tell
// everything.
func went(metrics string) bool {
	return !strings.Contains(metrics, "lotus_gate_audit_rounds_total{result=\"partial\"} 0\n")
}
