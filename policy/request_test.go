package policy_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lotus-lake/lotus-gate/policy"
	"github.com/lotus-lake/lotus-gate/policy/rules"
)

// onRequests makes a rule a/<name> that always says its name, with an admission
// block of the given lines; without lines it has none.
func onRequests(name, when string, lines ...string) string {
	meta := metadata
	if len(lines) > 0 {
		meta = admitted(lines...)
	}
	return strings.Replace(meta, "when: tip", "when: "+when, 1) + fmt.Sprintf("package a.%s\n\ndeny contains {\"message\": %q}\n", name, name)
}

func admissionEngine(t *testing.T, config policy.Config) *policy.Engine {
	t.Helper()
	const terraforms, secrets = "resources: [infra.contrib.fluxcd.io/*/terraforms]", "resources: [core/v1/secrets]"
	set := load(t, map[string]string{
		"a.rego": onRequests("git_only", "tip"),
		"b.rego": onRequests("history_only", "history"),
		"c.rego": onRequests("history_too", "history", terraforms, "operations: [CREATE]"),
		"d.rego": onRequests("written", "tip", terraforms, "operations: [CREATE, UPDATE]"),
		"e.rego": onRequests("one_version", "tip", "resources: [infra.contrib.fluxcd.io/v1alpha1/terraforms]", "operations: [UPDATE]"),
		"f.rego": onRequests("secret", "tip", secrets, "operations: [UPDATE]", "failure: fail"),
		"g.rego": onRequests("named", "tip", secrets, "operations: [UPDATE]", "failure: fail", `condition: request.name == "a"`),
	})
	e, err := policy.NewEngine(set, config)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func TestJudgeRequest(t *testing.T) {
	e := admissionEngine(t, policy.Config{Rules: map[string]policy.RuleConfig{"a/written": {Severity: policy.Warning}}})
	terraforms := func(version, operation string) policy.AdmissionRequest {
		return policy.AdmissionRequest{Group: "infra.contrib.fluxcd.io", Version: version, Resource: "terraforms", Operation: operation}
	}
	secrets := func(webhook string) policy.AdmissionRequest {
		return policy.AdmissionRequest{Version: "v1", Resource: "secrets", Operation: "UPDATE", Webhook: webhook}
	}
	for name, tc := range map[string]struct {
		request policy.AdmissionRequest
		want    []string
	}{
		"a history rule with an admission block": {terraforms("v1alpha2", "CREATE"), []string{"error history_too", "warning written"}},
		"another version":                        {terraforms("v1alpha1", "UPDATE"), []string{"error one_version", "warning written"}},
		"any version":                            {terraforms("v2", "UPDATE"), []string{"warning written"}},
		"an operation of no rule":                {terraforms("v1alpha2", "DELETE"), nil},
		"a resource of no rule":                  {policy.AdmissionRequest{Version: "v1", Resource: "pods", Operation: "CREATE"}, nil},
		"all entries":                            {secrets(""), []string{"error named", "error secret"}},
		"one entry":                              {secrets("author-fail"), []string{"error secret"}},
		"an entry with a condition": {
			secrets(policy.Rule{Admission: &policy.Admission{Failure: policy.Fail, Condition: `request.name == "a"`}}.Webhook()), []string{"error named"},
		},
		"an entry that no rule has": {secrets("fail"), nil},
		"hostile":                   {terraforms(strings.Repeat("v", 1<<16), "UPDATE"), []string{"warning written"}},
	} {
		t.Run(name, func(t *testing.T) {
			for range 2 { // chosen, then remembered
				found, err := e.JudgeRequest(t.Context(), manifest(nil), tc.request)
				if err != nil {
					t.Fatal(err)
				}
				var got []string
				for _, f := range found {
					got = append(got, f.Severity.String()+" "+f.Message)
				}
				if diff := cmp.Diff(tc.want, got); diff != "" {
					t.Errorf("findings (-want +got):\n%s", diff)
				}
				if wants := e.WantsRequest("manifest", tc.request); wants != (len(tc.want) > 0) {
					t.Errorf("WantsRequest = %t", wants)
				}
				if e.WantsRequest("stream", tc.request) {
					t.Error("a kind that no rule judges is wanted")
				}
			}
		})
	}
}

func TestDisabledRuleJudgesNoRequest(t *testing.T) {
	e := admissionEngine(t, policy.Config{Rules: map[string]policy.RuleConfig{"a/secret": {Disabled: true}, "a/named": {Disabled: true}}})
	request := policy.AdmissionRequest{Version: "v1", Resource: "secrets", Operation: "UPDATE"}
	if found, err := e.JudgeRequest(t.Context(), manifest(nil), request); found != nil || err != nil || e.WantsRequest("manifest", request) {
		t.Errorf("JudgeRequest = %v, %v", found, err)
	}
}

// TestRequestsConcurrently: many versions make the engine forget and choose anew
// while others judge; -race does the rest.
func TestRequestsConcurrently(t *testing.T) {
	e := admissionEngine(t, policy.Config{})
	if err := e.PrepareRequests(t.Context()); err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for worker := range 4 {
		wg.Go(func() {
			for n := range 3000 {
				request := policy.AdmissionRequest{
					Group: "infra.contrib.fluxcd.io", Version: fmt.Sprint("v", worker, "-", n), Resource: "terraforms", Operation: "UPDATE",
				}
				if !e.WantsRequest("manifest", request) {
					t.Errorf("%v is not wanted", request)
				}
			}
		})
	}
	wg.Wait()
}

// TestPrepareRequests: a rule that does not compile is told of before a request
// comes, whatever the request. Only a shipped rule can be such: its tests, not
// its loading, compile it.
func TestPrepareRequests(t *testing.T) {
	broken := admitted("resources: [core/*/secrets]", "operations: [DELETE]", "failure: fail") +
		"package a.broken\n\ndeny contains {\"message\": x} if y\n"
	set, err := policy.Load(shipped(t, map[string]string{"a/broken/broken.rego": broken}), nil)
	if err != nil {
		t.Fatal(err)
	}
	e, err := policy.NewEngine(set, policy.Config{})
	if err != nil {
		t.Fatal(err)
	}
	if err := e.PrepareRequests(t.Context()); err == nil || !strings.Contains(err.Error(), "a/broken/broken.rego") {
		t.Errorf("PrepareRequests = %v, want the file named", err)
	}
}

// BenchmarkAdmission judges a small Terraform object with the shipped rules that
// concern it, alone and beside 200 rules that do not.
func BenchmarkAdmission(b *testing.B) {
	request := policy.AdmissionRequest{
		Group: "infra.contrib.fluxcd.io", Version: "v1alpha2", Resource: "terraforms", Operation: "UPDATE", Webhook: "ignore",
	}
	doc := policy.Document{Kind: "manifest", Input: map[string]any{"encrypted": false, "object": map[string]any{
		"apiVersion": "infra.contrib.fluxcd.io/v1alpha2", "kind": "Terraform",
		"metadata": map[string]any{"name": "lake", "namespace": "lotus-lake", "labels": map[string]any{"app": "lake"}},
		"spec": map[string]any{
			"interval": "5m", "retryInterval": "1m", "path": "./orchestration/airbyte/terraform", "approvePlan": "auto",
			"sourceRef": map[string]any{"kind": "GitRepository", "name": "lake"}, "destroyResourcesOnDeletion": true,
			"varsFrom": []any{map[string]any{"kind": "Secret", "name": "airbyte"}},
		},
	}}}
	for _, further := range []int{0, 200} {
		b.Run(fmt.Sprintf("further=%d", further), func(b *testing.B) {
			files := map[string]string{}
			for n := range further {
				other := "resources: [example.com/v1/others]"
				if n%2 == 1 {
					other = "resources: [infra.contrib.fluxcd.io/v1/terraforms]"
				}
				files[fmt.Sprint(n, ".rego")] = onRequests(fmt.Sprint("r", n), "tip", other, "operations: [UPDATE]")
			}
			var paths []string
			if further > 0 {
				paths = append(paths, write(b, files))
			}
			set, err := policy.Load(rules.FS, paths)
			if err != nil {
				b.Fatal(err)
			}
			e, err := policy.NewEngine(set, policy.Config{})
			if err != nil {
				b.Fatal(err)
			}
			if err := e.PrepareRequests(b.Context()); err != nil {
				b.Fatal(err)
			}
			if !e.WantsRequest("manifest", request) {
				b.Fatal("no rule concerns the request")
			}
			for b.Loop() {
				if found, err := e.JudgeRequest(b.Context(), doc, request); err != nil || len(found) > 0 {
					b.Fatal(found, err)
				}
			}
		})
	}
}
