package e2e

import (
	"strings"
	"testing"
	"time"

	"github.com/lotus-lake/lotus-gate/test/scenario"
	"github.com/lotus-lake/lotus-gate/test/standin"
)

func tell(t *testing.T, stories ...*scenario.Story) {
	t.Helper()
	for _, s := range stories {
		t.Logf("%s: %s\n%s", s.Ticket, s.Title, strings.Join(s.Lines, "\n"))
	}
}

// A broken push and its fix, minute by minute.
func TestTicket001(t *testing.T) {
	stage(t)
	before, after := shared.before.Retry, shared.after.Retry
	tell(t, &before.Story, &after.Story)
	if before.Stuck < 9*time.Minute || before.Retries < 1 {
		t.Errorf("without lotus-gate the ticket is not what it says: stuck for %s, and %d retries failed", before.Stuck, before.Retries)
	}
	if after.Wait > 5*time.Minute { // 5 s here; a tenth of that on an idle machine
		t.Errorf("the fix was applied %s after the source had it", after.Wait)
	}
	if before.Requests != 0 || !after.Requested || after.Requests > 2 { // commit B is a new revision as well
		t.Errorf("runs that lotus-gate asked for: %d before, %d after; it asked for that of the fix: %v", before.Requests, after.Requests, after.Requested)
	}
	if after.Artifact != after.InForce {
		t.Errorf("the source has %s, in force is %s", after.Artifact, after.InForce)
	}
}

// The source itself looks once in an hour.
func TestTicket001SlowSource(t *testing.T) {
	stage(t)
	before, after := shared.before.Slow, shared.after.Slow
	tell(t, &before.Story, &after.Story)
	if before.Wait != -1 {
		t.Errorf("without lotus-gate the fix arrived after %s", before.Wait)
	}
	if after.Wait < 0 || after.Artifact != after.InForce {
		t.Errorf("the fix was applied after %s; the source has %s, in force is %s", after.Wait, after.Artifact, after.InForce)
	}
}

// Tampering with the state is refused, whatever RBAC says; those who may, may.
func TestTicket003(t *testing.T) {
	stage(t)
	before, after := shared.before.State, shared.after.State
	tell(t, &before.Story, &after.Story)
	for _, a := range before.Tampered {
		if a.Answer != "" {
			t.Errorf("without lotus-gate: %s: %s", a.What, a.Answer)
		}
	}
	if before.Whole || !after.Whole {
		t.Errorf("state and plan are whole: %v before, %v after", before.Whole, after.Whole)
	}
	for _, a := range after.Tampered {
		rule := "state/protected"
		if strings.Contains(a.What, "second Terraform object") {
			rule = "state/shared"
		}
		if !strings.Contains(a.Answer, rule+": ") || !strings.Contains(a.Answer, "Fix: ") {
			t.Errorf("%s: %q", a.What, a.Answer)
		}
	}
	for _, a := range append(before.Rightful, after.Rightful...) {
		if a.Answer != "" {
			t.Errorf("%s: %s", a.What, a.Answer)
		}
	}
	glass := 0
	for _, e := range audited(t) {
		for key, value := range e.Annotations {
			if strings.HasSuffix(key, "/break-glass") {
				glass++
				if e.User.Username != "olga" || value != scenario.BreakGlass || e.ResponseStatus.Code != 200 {
					t.Errorf("the audit log says %s: %s of %s, HTTP %d", key, value, e.User.Username, e.ResponseStatus.Code)
				}
			}
		}
	}
	if glass != 1 {
		t.Errorf("the glass was broken %d times, says the audit log; want 1", glass)
	}
	if len(after.Tampered) != 5 || len(after.Rightful) != 4 {
		t.Errorf("%d attempts and %d rightful ones", len(after.Tampered), len(after.Rightful))
	}
}

// A changed variable makes Terraform run once, with the new value.
func TestTicket004(t *testing.T) {
	stage(t)
	before, after := shared.before.Variables, shared.after.Variables
	tell(t, &before.Story, &after.Story)
	if before.Arrived || len(before.Tokens) != 0 {
		t.Errorf("without lotus-gate: %+v", before)
	}
	if !after.Arrived || len(after.Tokens) != 1 {
		t.Errorf("arrived: %v, by requests %v", after.Arrived, after.Tokens)
	}
}

// A token that is consumed without a run is issued anew.
func TestTicket004Swallowed(t *testing.T) {
	stage(t)
	after := shared.after.Swallowed
	tell(t, &after.Story)
	want := []standin.Result{standin.NoRunner, standin.NoRunner, standin.Applied}
	if !after.Arrived || len(after.Results) != len(want) {
		t.Fatalf("results %v of requests %v", after.Results, after.Tokens)
	}
	for i := range want {
		if after.Results[i] != want[i] {
			t.Errorf("request %d: %s, want %s", i, after.Results[i], want[i])
		}
	}
}

// A runner pod that outlives its run keeps the old value, also when somebody forces a run; with lotus-gate it goes first.
func TestTicket004KeptPod(t *testing.T) {
	stage(t)
	before, after := shared.before.Kept, shared.after.Kept
	tell(t, &before.Story, &after.Story)
	if before.Arrived || !after.Arrived {
		t.Errorf("arrived: %v before, %v after", before.Arrived, after.Arrived)
	}
	if last := before.Story.Lines[len(before.Story.Lines)-1]; !strings.Contains(last, "with the old credential") {
		t.Errorf("without lotus-gate: %s", last)
	}
}

// A changed identity rolls the gateway out once: created under lotus-gate, or adopted by it.
func TestTicket005(t *testing.T) {
	stage(t)
	before := shared.before.Gateway
	tell(t, &before.Story)
	if before.Rollouts != 0 || before.Cause != "" {
		t.Errorf("without lotus-gate: %+v", before)
	}
	for name, after := range map[string]*scenario.Ticket005{"created": shared.after.Gateway, "adopted": shared.after.Adopted} {
		tell(t, &after.Story)
		if after.Rollouts != 1 || after.Ready != 2 || after.Cause != "Secret/seaweedfs-s3-config" || !strings.Contains(after.Event, "seaweedfs-s3-config") {
			t.Errorf("%s: %d rollouts, %d of 2 pods ready, cause %q, event %q", name, after.Rollouts, after.Ready, after.Cause, after.Event)
		}
	}
}
