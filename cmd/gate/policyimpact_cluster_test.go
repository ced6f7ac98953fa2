package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/lotus-lake/lotus-gate/test/cluster"
	"github.com/lotus-lake/lotus-gate/validate/impact"
)

// clusterRules are rules on objects of a cluster: one with a selector, one that is not
// ratcheted, one on requests, and one on a kind that is not installed.
func clusterRules(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for name, rule := range map[string]struct{ kinds, ratchet, admission, deny string }{
		"forbidden": {
			"manifest", "true", "{resources: [core/v1/configmaps], operations: [CREATE, UPDATE]}",
			`{"message": sprintf("%s %s has %v", [input.object.apiVersion, input.object.kind, data.parameters["own/forbidden"].key]), "field": ["data", data.parameters["own/forbidden"].key]} if input.object.data[data.parameters["own/forbidden"].key]`,
		},
		"labelled": {
			"manifest", "false", "{resources: [core/*/configmaps], operations: [CREATE, UPDATE], selector: app=a}",
			`{"message": "is labelled"}`,
		},
		"asked": {
			"request", "true", "{resources: [core/v1/namespaces], operations: [UPDATE]}",
			`{"message": sprintf("%s may not", [input.user.name])} if input.name == "lake"`,
		},
		"absent": {"manifest", "true", "{resources: [a.example/*/things], operations: [CREATE]}", `{"message": "m"}`},
	} {
		text := fmt.Sprintf(`# METADATA
# title: Rule %[1]s
# description: D
# custom:
#   severity: error
#   scope: %[6]s
#   when: tip
#   kinds: [%[2]s]
#   remediation: R
#   ratchet: %[3]s
#   action: dry-run
#   parameters:
#     key: {description: K, default: bad}
#   admission: %[4]s
package own.%[1]s

deny contains %[5]s
`, name, rule.kinds, rule.ratchet, rule.admission, rule.deny, map[string]string{"manifest": "document", "request": "request"}[rule.kinds])
		if err := os.WriteFile(filepath.Join(dir, name+".rego"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// TestPolicyImpactCluster replays rules over the objects of a real API server: page by
// page, in the versions that it prefers, with the kind that lists leave out.
func TestPolicyImpactCluster(t *testing.T) {
	c := cluster.ForTest(t, cluster.Options{APIOnly: true})
	admin, err := client.New(c.Config(), client.Options{})
	if err != nil {
		t.Fatal(err)
	}
	create := func(object client.Object) {
		t.Helper()
		if err := admin.Create(t.Context(), object); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"lake", "dev"} {
		create(&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name}})
	}
	configMap := func(namespace, name, key, app string) {
		create(&corev1.ConfigMap{
			ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name, Labels: map[string]string{"app": app}}, Data: map[string]string{key: "x"},
		})
	}
	for i := range 260 { // more than a page
		configMap("lake", fmt.Sprintf("clean-%03d", i), "good", "b")
	}
	configMap("lake", "wrong", "bad", "b")
	configMap("lake", "both", "bad", "a")
	configMap("dev", "wrong", "bad", "b")
	configMap("dev", "other", "worse", "b")

	dir, config := clusterRules(t), filepath.Join(t.TempDir(), "webhook.yaml")
	if err := os.WriteFile(config, []byte(`
secretHash: {mode: disabled}
rules:
  own/forbidden:
    action: [{stage: dry-run}, {stage: warn, from: 2999-01-01}]
    namespaces: [{names: [dev], parameters: {key: worse}}]
`), 0o600); err != nil {
		t.Fatal(err)
	}
	impactOf := func(args ...string) (impact.Report, string, int) {
		t.Helper()
		var stdout, stderr bytes.Buffer
		args = append([]string{"policy", "impact", "--cluster", "--no-builtin", "--policy", dir, "--kubeconfig", c.Kubeconfig(), "--format", "json"}, args...)
		code := run(t.Context(), args, strings.NewReader(""), &stdout, &stderr)
		var r impact.Report
		if code == 0 {
			if err := json.Unmarshal(stdout.Bytes(), &r); err != nil {
				t.Fatal(err)
			}
		}
		return r, stderr.String(), code
	}

	said := func(r impact.Report) []string {
		var all []string
		for _, o := range r.Cluster.Objects {
			line := strings.Join([]string{o.Resource, o.Namespace, o.Name}, " ")
			for _, f := range o.Create {
				line += fmt.Sprintf("; create %s: %s", f.Rule, f.Message)
			}
			for _, f := range o.Update {
				line += fmt.Sprintf("; update %s existing=%v", f.Rule, f.Existing)
			}
			all = append(all, line)
		}
		return all
	}
	r, stderr, code := impactOf("--as", "alice")
	if code != 0 {
		t.Fatal(stderr)
	}
	forbidden := "; create own/forbidden: v1 ConfigMap has bad; update own/forbidden existing=true"
	want := []string{
		"core/v1/configmaps dev wrong" + forbidden,
		"core/v1/configmaps lake both; create own/labelled: is labelled; create own/forbidden: v1 ConfigMap has bad; update own/labelled existing=false; update own/forbidden existing=true",
		"core/v1/configmaps lake wrong" + forbidden,
		"core/v1/namespaces  lake; update own/asked existing=false",
	}
	if diff := cmp.Diff(want, said(r)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	wantNotes := []string{
		"a.example/*/things: the cluster does not have this kind",
		"own/asked looks at requests: they are taken to come from alice, with nothing known of the rest of the cluster",
	}
	if diff := cmp.Diff(wantNotes, r.Notes); diff != "" {
		t.Errorf("notes (-want +got):\n%s", diff)
	}
	if r.Summary.Refused != 4 || r.Summary.Objects < 264 {
		t.Errorf("summary %+v", r.Summary)
	}

	// One namespace, and the parameters that the webhook would have there.
	r, stderr, code = impactOf("--namespace", "dev", "--config", config)
	if code != 0 {
		t.Fatal(stderr)
	}
	want = []string{"core/v1/configmaps dev other; create own/forbidden: v1 ConfigMap has worse; update own/forbidden existing=true"}
	if diff := cmp.Diff(want, said(r)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}

	// A right that is missing is no verdict, and named.
	kubeconfig, err := c.KubeconfigFor("nobody")
	if err != nil {
		t.Fatal(err)
	}
	if _, stderr, code := impactOf("--kubeconfig", kubeconfig); code != 3 || !strings.Contains(stderr, `verb "list" on resource "configmaps"`) {
		t.Errorf("exit %d, %s", code, stderr)
	}
}
