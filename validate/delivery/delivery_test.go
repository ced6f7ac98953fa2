package delivery_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/rest"

	"github.com/lotus-lake/lotus-gate/tofu"
	"github.com/lotus-lake/lotus-gate/validate/delivery"
	"github.com/lotus-lake/lotus-gate/validate/kube"
)

// api is an API server with one namespace, whose objects a test changes.
type api struct {
	mu         sync.Mutex
	sources    map[string]*tofu.Source
	terraforms []tofu.Terraform
	status     int // of every answer, 0 for 200
	asked      int
}

func (a *api) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.asked++
	w.Header().Set("Content-Type", "application/json")
	refuse := func(code int, reason metav1.StatusReason) {
		w.WriteHeader(code)
		fmt.Fprintf(w, `{"kind":"Status","apiVersion":"v1","status":"Failure","reason":%q,"code":%d,"details":{"name":"x"}}`, reason, code)
	}
	switch {
	case a.status == 403:
		refuse(403, metav1.StatusReasonForbidden)
	case a.status != 0:
		refuse(a.status, metav1.StatusReasonInternalError)
	case strings.HasSuffix(r.URL.Path, "/terraforms"):
		_ = json.NewEncoder(w).Encode(map[string]any{"items": a.terraforms})
	default:
		source := a.sources[r.URL.Path[strings.LastIndex(r.URL.Path, "/")+1:]]
		if source == nil {
			refuse(404, metav1.StatusReasonNotFound)
			return
		}
		_ = json.NewEncoder(w).Encode(source)
	}
}

// change what the server has.
func (a *api) change(how func()) {
	a.mu.Lock()
	defer a.mu.Unlock()
	how()
}

var at = time.Date(2026, 1, 6, 22, 8, 0, 0, time.UTC)

// open serves a lake that stands at a revision, everything applied.
func open(t *testing.T, revision string) (*api, *delivery.Cluster) {
	t.Helper()
	a := &api{sources: map[string]*tofu.Source{}}
	s := &tofu.Source{Spec: tofu.SourceSpec{Interval: metav1.Duration{Duration: time.Minute}, Ref: &tofu.SourceRef{Branch: "main"}}}
	s.Namespace, s.Name = "flux-system", "lake"
	a.sources["lake"] = s
	object := tofu.Terraform{Spec: tofu.TerraformSpec{
		ApprovePlan: "auto", Interval: metav1.Duration{Duration: 10 * time.Minute}, RetryInterval: &metav1.Duration{Duration: time.Minute},
		SourceRef: tofu.SourceReference{Kind: "GitRepository", Name: "lake", Namespace: "flux-system"},
	}}
	object.Namespace, object.Name = "lotus-lake", "airbyte"
	a.terraforms = []tofu.Terraform{object}
	a.serve(revision)
	a.applied(revision)
	server := httptest.NewServer(a)
	t.Cleanup(server.Close)
	client, err := kube.New(&rest.Config{Host: server.URL})
	if err != nil {
		t.Fatal(err)
	}
	return a, &delivery.Cluster{Client: client, Namespace: "lotus-lake", Now: time.Now}
}

func (a *api) serve(revision string) {
	a.sources["lake"].Status.Artifact = &tofu.Artifact{Revision: revision, Digest: "sha256:" + revision, LastUpdateTime: &metav1.Time{Time: at}}
}

func (a *api) applied(revision string) {
	s := &a.terraforms[0].Status
	s.LastAttemptedRevision, s.LastPlannedRevision, s.LastAppliedRevision = revision, revision, revision
	s.LastPlanAt, s.LastSuccessfulReconcileAt = &metav1.Time{Time: at.Add(time.Minute)}, &metav1.Time{Time: at.Add(2 * time.Minute)}
	s.ReconciliationFailures = 0
	a.ready("True", "TerraformAppliedSucceed", "Applied successfully: "+revision)
}

func (a *api) failed(revision, reason, message string) {
	s := &a.terraforms[0].Status
	s.LastAttemptedRevision, s.ReconciliationFailures = revision, 1
	a.ready("False", reason, message)
}

func (a *api) ready(status metav1.ConditionStatus, reason, message string) {
	a.terraforms[0].Status.Conditions = []metav1.Condition{{Type: "Ready", Status: status, Reason: reason, Message: message}}
}

// line is a history without branches.
type line []string

func (l line) Knows(commit string) bool { return l.index(commit) >= 0 }

func (line) Whole() bool { return true }

func (l line) Contains(tip, commit string) (bool, error) {
	return l.Knows(tip) && l.Knows(commit) && l.index(commit) <= l.index(tip), nil
}

func (l line) index(commit string) int {
	for i, c := range l {
		if c == commit {
			return i
		}
	}
	return -1
}

var lake = line{"aaaa", "bbbb", "cccc"}

const planError = "error running Plan: exit status 1\n\nError: Unsupported argument\n\n  on main.tf line 3, in resource \"airbyte_source\" \"x\":\n   3:   api_password = \"sesame-sesame-1\"\n\x1b[31mAn argument named"

// TestLegs: where a commit stands, as text.
func TestLegs(t *testing.T) {
	for name, c := range map[string]struct {
		change  func(*api)
		target  delivery.Target
		history delivery.History
		want    string
	}{
		"applied": {nil, delivery.Target{Commit: "aaaa", Ref: "refs/heads/main"}, lake, `
Terraform lotus-lake/airbyte: applied
  done   source   GitRepository flux-system/lake serves main@sha1:aaaa  (2026-01-06 22:08:00 UTC)
  done   begun
  done   plan  (2026-01-06 22:09:00 UTC)
  done   apply  (last run that succeeded: 2026-01-06 22:10:00 UTC)
  done   airbyte  not seen from here: the object tells no inventory (spec.enableInventory) and no outputs`},
		"whatever is served": {func(a *api) { a.terraforms[0].Status.AvailableOutputs = []string{"connection_id"} }, delivery.Target{}, delivery.Alone{}, `
Terraform lotus-lake/airbyte: applied
  done   source   GitRepository flux-system/lake serves main@sha1:aaaa  (2026-01-06 22:08:00 UTC)
  done   begun
  done   plan  (2026-01-06 22:09:00 UTC)
  done   apply  (last run that succeeded: 2026-01-06 22:10:00 UTC)
  done   airbyte  outputs connection_id`},
		"not fetched": {nil, delivery.Target{Commit: "bbbb", Ref: "refs/heads/main"}, lake, `
Terraform lotus-lake/airbyte: waiting at source
  now    source   GitRepository flux-system/lake serves main@sha1:aaaa and looks every 1m
  later  begun
  later  plan
  later  apply
  later  airbyte`},
		"cannot be fetched": {
			func(a *api) {
				a.sources["lake"].Status.Conditions = []metav1.Condition{{Type: "Ready", Status: "False", Reason: "GitOperationFailed", Message: "failed to checkout https://u:sesame@git.example.com/lake"}}
			},
			delivery.Target{Commit: "bbbb"},
			lake, `
Terraform lotus-lake/airbyte: stuck at source
  stuck  source   GitRepository flux-system/lake cannot fetch: GitOperationFailed
                  | failed to checkout https://‹hidden›@git.example.com/lake
                  fix: mend what it says; it tries again by itself
  later  begun
  later  plan
  later  apply
  later  airbyte`,
		},
		"the source is suspended": {func(a *api) { a.sources["lake"].Spec.Suspend = true }, delivery.Target{Commit: "bbbb"}, lake, `
Terraform lotus-lake/airbyte: stuck at source
  stuck  source   GitRepository flux-system/lake is suspended
                  fix: flux resume source git lake -n flux-system
  later  begun
  later  plan
  later  apply
  later  airbyte`},
		"a newer one is there": {func(a *api) { a.serve("main@sha1:cccc"); a.applied("main@sha1:cccc") }, delivery.Target{Commit: "bbbb", Ref: "refs/heads/main"}, lake, `
Terraform lotus-lake/airbyte: applied
  done   source   GitRepository flux-system/lake serves main@sha1:cccc, which contains it  (2026-01-06 22:08:00 UTC)
  done   begun
  done   plan  (2026-01-06 22:09:00 UTC)
  done   apply  (last run that succeeded: 2026-01-06 22:10:00 UTC)
  done   airbyte  not seen from here: the object tells no inventory (spec.enableInventory) and no outputs`},
		"the plan failed": {func(a *api) { a.serve("main@sha1:bbbb"); a.failed("main@sha1:bbbb", "TFExecPlanFailed", planError) }, delivery.Target{Commit: "bbbb"}, lake, `
Terraform lotus-lake/airbyte: stuck at plan
  done   source   GitRepository flux-system/lake serves main@sha1:bbbb  (2026-01-06 22:08:00 UTC)
  done   begun
  stuck  plan     TFExecPlanFailed
                  | error running Plan: exit status 1
                  | Error: Unsupported argument
                  |   on main.tf line 3, in resource "airbyte_source" "x":
                  |    3:   api_password = ‹hidden›
                  | \x1b[31mAn argument named
                  fix: push a fix; until then this commit is tried again every 1m
  later  apply
  later  airbyte`},
		"waits for approval": {
			func(a *api) {
				a.serve("main@sha1:bbbb")
				a.terraforms[0].Spec.ApprovePlan = ""
				a.terraforms[0].Status.LastAttemptedRevision, a.terraforms[0].Status.LastPlannedRevision = "main@sha1:bbbb", "main@sha1:bbbb"
				a.terraforms[0].Status.Plan.Pending = "plan-main-bbbb"
				a.ready("Unknown", "TerraformPlannedWithChanges", "Plan generated")
			},
			delivery.Target{Commit: "bbbb"},
			lake, `
Terraform lotus-lake/airbyte: stuck at apply
  done   source   GitRepository flux-system/lake serves main@sha1:bbbb  (2026-01-06 22:08:00 UTC)
  done   begun
  done   plan  (2026-01-06 22:09:00 UTC)
  stuck  apply    plan plan-main-bbbb waits for approval
                  fix: read the plan, then set spec.approvePlan of Terraform lotus-lake/airbyte to "plan-main-bbbb"
  later  airbyte`,
		},
		"drifts, and only looks": {
			func(a *api) {
				a.terraforms[0].Spec.ApprovePlan = "disable"
				a.ready("False", "DriftDetected", "  # airbyte_source.x will be updated in-place\n  ~ resource \"airbyte_source\" \"x\" {\n      ~ name = \"sesame\" -> \"y\"\n")
			},
			delivery.Target{},
			lake, `
Terraform lotus-lake/airbyte: stuck at airbyte
  done   source   GitRepository flux-system/lake serves main@sha1:aaaa  (2026-01-06 22:08:00 UTC)
  done   begun
  done   plan  (2026-01-06 22:09:00 UTC)
  done   apply  (last run that succeeded: 2026-01-06 22:10:00 UTC)
  stuck  airbyte  applied, but now: drift of airbyte_source.x: name
                  fix: apply what the plan says, or change git to what is there`,
		},
		"no source": {func(a *api) { delete(a.sources, "lake") }, delivery.Target{}, delivery.Alone{}, `
Terraform lotus-lake/airbyte: stuck at source
  stuck  source   GitRepository flux-system/lake does not exist
                  fix: create it, or mend spec.sourceRef of its Terraform objects
  later  begun
  later  plan
  later  apply
  later  airbyte`},
		"names of hostile bytes": {func(a *api) { a.terraforms[0].Name = "a\x1b]0;b"; delete(a.sources, "lake") }, delivery.Target{}, delivery.Alone{}, `
Terraform lotus-lake/a\x1b]0;b: stuck at source
  stuck  source   GitRepository flux-system/lake does not exist
                  fix: create it, or mend spec.sourceRef of its Terraform objects
  later  begun
  later  plan
  later  apply
  later  airbyte`},
		"another branch":           {nil, delivery.Target{Commit: "bbbb", Ref: "refs/heads/feature"}, lake, ""},
		"another repository":       {nil, delivery.Target{Commit: "ffff", Ref: "refs/heads/main"}, line{"ffff"}, ""},
		"nobody's repository":      {nil, delivery.Target{Commit: "aaaa"}, delivery.Alone{}, "\nTerraform lotus-lake/airbyte: applied"},
		"nobody's repository, old": {nil, delivery.Target{Commit: "bbbb"}, delivery.Alone{}, "\nTerraform lotus-lake/airbyte: waiting at source"},
	} {
		t.Run(name, func(t *testing.T) {
			a, cluster := open(t, "main@sha1:aaaa")
			if c.change != nil {
				a.change(func() { c.change(a) })
			}
			look, err := cluster.Look(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			legs, err := look.Legs(c.target, c.history, false)
			if err != nil {
				t.Fatal(err)
			}
			var out bytes.Buffer
			if err := delivery.WriteLegs(&out, legs); err != nil {
				t.Fatal(err)
			}
			got := strings.TrimSpace(out.String())
			want := strings.TrimSpace(c.want)
			if !strings.Contains(want, "\n") && want != "" {
				got, _, _ = strings.Cut(got, "\n")
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			var programs bytes.Buffer
			if err := delivery.WriteJSON(&programs, delivery.Rest{Legs: legs}); err != nil || !json.Valid(programs.Bytes()) {
				t.Errorf("JSON: %v\n%s", err, &programs)
			}
			if text := out.String() + programs.String(); strings.Contains(text, "sesame") || strings.Contains(text, "\x1b") {
				t.Errorf("a value or a control byte is told:\n%s", text)
			}
		})
	}
}

// clone is a history that may be behind.
type clone struct{ line }

func (clone) Whole() bool { return false }

// TestUnknownCommit: a source at a commit that the clone does not have is waited for, and
// not taken for another repository's.
func TestUnknownCommit(t *testing.T) {
	_, cluster := open(t, "main@sha1:9999")
	look, err := cluster.Look(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	legs, err := look.Legs(delivery.Target{Commit: "aaaa", Ref: "refs/heads/main"}, clone{lake}, false)
	if err != nil || len(legs) != 1 || legs[0].Verdict() != "waiting at source" || !strings.Contains(legs[0].At().Remedy, "git fetch") {
		t.Errorf("%v %+v", err, legs)
	}
}

// TestFollow: each step is told once, as it comes.
func TestFollow(t *testing.T) {
	a, cluster := open(t, "main@sha1:aaaa")
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	var told []string
	go func() {
		for _, step := range []func(){
			func() { a.serve("main@sha1:bbbb") },
			func() {
				a.terraforms[0].Status.LastAttemptedRevision = "main@sha1:bbbb"
				a.ready("Unknown", "Progressing", "")
			},
			func() { a.terraforms[0].Status.ReconciliationFailures = 1 }, // nobody saw why
			func() { a.status = 500 },                                    // a bad moment
			func() { a.status = 0; a.terraforms[0].Status.LastPlannedRevision = "main@sha1:bbbb" },
			func() { a.applied("main@sha1:bbbb") },
		} {
			time.Sleep(600 * time.Millisecond)
			a.change(step)
		}
	}()
	out := cluster.Follow(ctx, delivery.Target{Commit: "bbbb", Ref: "refs/heads/main"}, lake, func(e delivery.Event) {
		told = append(told, string(e.Step.Name)+" "+string(e.Step.State))
	})
	if out.Err != nil || len(out.Legs) != 1 || !out.Legs[0].Applied {
		t.Errorf("%+v", out)
	}
	if diff := cmp.Diff([]string{"source done", "begun done", "plan now", "plan done", "apply now", "apply done", "airbyte done"}, told); diff != "" {
		t.Errorf("told (-want +got):\n%s", diff)
	}
}

// TestFollowEnds: at a failure, at once; at the end of the time, with where it is; and
// without rights, with the one that is missing.
func TestFollowEnds(t *testing.T) {
	target := delivery.Target{Commit: "bbbb", Ref: "refs/heads/main"}
	for name, c := range map[string]struct {
		change func(*api)
		within time.Duration
		is     error
		said   string
	}{
		"failed":    {func(a *api) { a.serve("main@sha1:bbbb"); a.failed("main@sha1:bbbb", "TFExecPlanFailed", "no") }, time.Minute, nil, ""},
		"no time":   {nil, 300 * time.Millisecond, delivery.ErrTime, ""},
		"away":      {func(a *api) { a.status = 500 }, 300 * time.Millisecond, delivery.ErrTime, "HTTP 500"},
		"no rights": {func(a *api) { a.status = 403 }, time.Minute, nil, `a Role with verb "list" on resource "terraforms" of API group "infra.contrib.fluxcd.io" is missing`},
		"nobody":    {func(a *api) { a.terraforms = nil }, time.Minute, delivery.ErrNobody, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a, cluster := open(t, "main@sha1:aaaa")
			if c.change != nil {
				a.change(func() { c.change(a) })
			}
			ctx, cancel := context.WithTimeout(t.Context(), c.within)
			defer cancel()
			began := time.Now()
			out := cluster.Follow(ctx, target, lake, func(delivery.Event) {})
			if took := time.Since(began); took > 10*time.Second {
				t.Errorf("it took %s", took)
			}
			switch {
			case c.is == nil && c.said == "" && (out.Err != nil || !out.Legs[0].Stuck):
				t.Errorf("%+v", out)
			case c.is != nil && !errors.Is(out.Err, c.is), c.said != "" && (out.Err == nil || !strings.Contains(out.Err.Error(), c.said)):
				t.Errorf("%v, want %v %s", out.Err, c.is, c.said)
			}
		})
	}
}
