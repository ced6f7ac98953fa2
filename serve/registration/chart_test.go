package registration_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/labels"

	"github.com/lotus-lake/lotus-gate/policy"
	"github.com/lotus-lake/lotus-gate/serve/registration"
)

// TestChartFilesAreFresh: the chart sends the requests that the rules' METADATA
// names.
func TestChartFilesAreFresh(t *testing.T) {
	files, err := registration.ChartFiles(shippedRules(t))
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range files {
		got, err := os.ReadFile(filepath.Join("..", "..", "charts", "lotus-gate", "files", name))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), string(got)); diff != "" {
			t.Errorf("%s is stale: run `make generate` (-want +got):\n%s", name, diff)
		}
	}
}

// TestFailClosedIsNarrow: rules that fail closed act in kube-system too, and so
// must concern few requests.
func TestFailClosedIsNarrow(t *testing.T) {
	for _, rule := range shippedRules(t) {
		if a := rule.Admission; a != nil && a.Failure == policy.Fail && a.Condition == "" && a.Selector == "" {
			t.Errorf("%s fails closed, and has neither condition nor selector", rule.ID)
		}
	}
}

// TestSelectors: what METADATA may say as a selector, Kubernetes understands.
func TestSelectors(t *testing.T) {
	const rule = `# METADATA
# title: T
# description: D
# custom:
#   severity: error
#   scope: document
#   when: tip
#   kinds: [manifest]
#   remediation: R
#   admission:
#     resources: [core/v1/pods]
#     operations: [CREATE]
#     selector: "SELECTOR"
package a.b

deny contains {"message": "m"}
`
	for text, want := range map[string]bool{
		"a": true, "!a": true, "a=b": true, "a==b": true, "a != b": true, "a in (b)": true, "a notin (b, c)": true, "a,b=c": true,
		"example.com/a-b_c.d=1": true, "a=": true, "a=b=c": false, "a in b": false, "a in ()": true, "a,": false, "-a": false, "a=-b": false, "a b": false, "/a": false,
		"a..b/c": false, "a.-b/c": false, strings.Repeat("a", 64): false, "a=" + strings.Repeat("a", 64): false,
	} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "x.rego"), []byte(strings.Replace(rule, "SELECTOR", text, 1)), 0o644); err != nil {
			t.Fatal(err)
		}
		_, err := policy.Load(nil, []string{dir})
		if (err == nil) != want {
			t.Errorf("%q: %v, want valid %t", text, err, want)
		}
		if _, kubernetes := labels.Parse(text); err == nil && kubernetes != nil {
			t.Errorf("%q: METADATA takes it, Kubernetes does not: %v", text, kubernetes)
		}
	}
}
