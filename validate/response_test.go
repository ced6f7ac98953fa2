package validate

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
	utilvalidation "k8s.io/apimachinery/pkg/util/validation"

	"github.com/lotus-lake/lotus-gate/policy"
)

// many are decisions with long texts.
func many(n int, action policy.Action) []decision {
	var all []decision
	for i := range n {
		all = append(all, decision{policy.Finding{
			Rule: fmt.Sprintf("a/rule%d", i), Message: strings.Repeat("ü", 2000), Remedy: strings.Repeat("remedy\n", 200), Docs: "https://example.com",
		}, action})
	}
	return all
}

// TestBounds: what an API server and its clients are told is never more than they
// show, and says how much is left out.
func TestBounds(t *testing.T) {
	for _, n := range []int{1, 2, 3, 100} {
		response := respond(append(many(n, policy.Deny), many(n, policy.Warn)...), strings.Repeat("r", 5000))
		total, lines := 0, strings.Split(response.Result.Message, "\n")
		for _, line := range lines {
			total += utf8.RuneCountInString(line) + 1
			if utf8.RuneCountInString(line) > maxLine {
				t.Errorf("%d findings: a line of %d characters", n, utf8.RuneCountInString(line))
			}
		}
		if total > maxRefusal+50 {
			t.Errorf("%d findings: a refusal of %d characters", n, total)
		}
		total = 0
		for _, w := range response.Warnings {
			total += utf8.RuneCountInString(w)
			if utf8.RuneCountInString(w) > maxWarning || strings.ContainsAny(w, "\n\r\t") || !utf8.ValidString(w) {
				t.Errorf("%d findings: the warning %q", n, w)
			}
		}
		if total > maxWarnings {
			t.Errorf("%d findings: warnings of %d characters", n, total)
		}
		for key, value := range response.AuditAnnotations {
			if utf8.RuneCountInString(value) > maxAnnotation {
				t.Errorf("%s: %d characters", key, utf8.RuneCountInString(value))
			}
		}
		left := map[int][2]string{100: {"and 97 more findings", "and 93 more findings"}}
		if want, ok := left[n]; ok {
			if diff := cmp.Diff(want, [2]string{lines[len(lines)-1], response.Warnings[len(response.Warnings)-1]}); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		}
	}
}

func TestLines(t *testing.T) {
	full := policy.Finding{Rule: "a/b", Message: "it is\nwrong", Field: "spec.x", Path: "orders.json", Remedy: "mend it", Docs: "https://example.com"}
	for name, tc := range map[string]struct {
		finding policy.Finding
		want    [3]string // refusal, first warning, place
	}{
		"all":     {full, [3]string{"a/b: it is wrong (orders.json: spec.x). Fix: mend it. More: https://example.com", "a/b: it is wrong (orders.json: spec.x)", "orders.json: spec.x"}},
		"bare":    {policy.Finding{Rule: "a/b", Message: "m"}, [3]string{"a/b: m.", "a/b: m", ""}},
		"key":     {policy.Finding{Rule: "a/b", Message: "m", Path: "orders.json"}, [3]string{"a/b: m (orders.json).", "a/b: m (orders.json)", "orders.json"}},
		"field":   {policy.Finding{Rule: "a/b", Message: "m", Field: "spec"}, [3]string{"a/b: m (spec).", "a/b: m (spec)", "spec"}},
		"as ever": {policy.Finding{Rule: "a/b", Message: "m", Existing: true}, [3]string{"a/b: m.", "a/b: m (as before)", ""}},
	} {
		d := decision{tc.finding, policy.Warn}
		got := [3]string{refusal([]decision{d}), warningsOf([]decision{d})[0], d.place()}
		if diff := cmp.Diff(tc.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// TestAnnotationKeys: the API server drops annotations whose keys are not valid.
func TestAnnotationKeys(t *testing.T) {
	seen := map[string]string{}
	for rule, want := range map[string]string{
		"manifest/forced": "manifest.forced", "terraform_object/missing_reference": "terraform_object.missing_reference",
		"a/" + strings.Repeat("b", 100): "", "a/b_": "", "a/ü": "", "a/" + strings.Repeat("b", 101): "",
	} {
		got := annotationKey(rule)
		if want != "" && got != want {
			t.Errorf("%s: %s, want %s", rule, got, want)
		}
		if wrong := utilvalidation.IsQualifiedName("ignore.lotus-gate.dev/" + got); wrong != nil {
			t.Errorf("%s: %s: %v", rule, got, wrong)
		}
		if other, ok := seen[got]; ok {
			t.Errorf("%s and %s are both %s", rule, other, got)
		}
		seen[got] = rule
	}
}

func TestTwoFindingsOfOneRule(t *testing.T) {
	f := func(message, field string) decision {
		return decision{policy.Finding{Rule: "a/b", Message: message, Field: field}, policy.DryRun}
	}
	want := map[string]string{"policy-revision": "r", "a.b": "dry-run: one (x); dry-run: two (y)"}
	if diff := cmp.Diff(want, respond([]decision{f("one", "x"), f("two", "y")}, "r").AuditAnnotations); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestDecisionsAreCounted(t *testing.T) {
	registry := prometheus.NewRegistry()
	h := shippedHandler(t, nil, acting(map[string]policy.RuleConfig{
		"manifest/slow_retry": {Action: always(policy.DryRun)}, "manifest/runner_reused": {Action: always(policy.Off)},
	}))
	h.config.Metrics = NewMetrics(registry)
	bad := terraform(map[string]any{"force": true, "destroyResourcesOnDeletion": false, "interval": "1h", "alwaysCleanupRunnerPod": false})
	h.Handle(t.Context(), create(t, terraforms, bad))
	h.Handle(t.Context(), create(t, terraforms, terraform(map[string]any{"force": true})))
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]float64{}
	for _, family := range families {
		for _, m := range family.GetMetric() {
			got[family.GetName()+" "+m.GetLabel()[1].GetValue()+" "+m.GetLabel()[0].GetValue()] = m.GetCounter().GetValue()
		}
	}
	want := map[string]float64{
		"lotus_gate_decisions_total manifest/forced warn": 2, "lotus_gate_decisions_total manifest/orphans_on_delete deny": 1,
		"lotus_gate_decisions_total manifest/slow_retry dry-run": 1,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestRemediesFit: the API server cuts a warning short, and a remedy that is cut short
// is none.
func TestRemediesFit(t *testing.T) {
	set, _ := shipped(t)
	for _, rule := range set.Rules() {
		if rule.Admission == nil {
			continue
		}
		d := decision{Finding: policy.Finding{Rule: rule.ID, Message: "m", Remedy: rule.Remediation}, action: policy.Warn}
		if said := warningsOf([]decision{d}); strings.HasSuffix(said[1], "…") {
			t.Errorf("%s: the remedy is cut short: %s", rule.ID, said[1])
		}
	}
}
