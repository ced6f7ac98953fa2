package validate

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"

	"github.com/lotus-lake/lotus-gate/policy"
)

const house = `# METADATA
# title: Labels of the house
# description: D
# schemas:
#   - input: schema.manifest
# custom:
#   severity: error
#   scope: document
#   when: history
#   kinds: [manifest]
#   remediation: mend it
#   ratchet: RATCHET
#   admission:
#     resources: [core/v1/configmaps]
#     operations: [CREATE, UPDATE]
package house.labels

deny contains {"message": sprintf("label %s is empty", [label]), "field": ["metadata", "labels", label]} if {
	some label, value in input.object.metadata.labels
	value == ""
}
`

// authored judges with one rule of an author.
func authored(t *testing.T, text string) *Handler {
	t.Helper()
	file := filepath.Join(t.TempDir(), "labels.rego")
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	set, err := policy.Load(nil, []string{file})
	if err != nil {
		t.Fatal(err)
	}
	engine, err := policy.NewEngine(set, policy.Config{})
	if err != nil {
		t.Fatal(err)
	}
	return New(Config{Policies: func() Policies { return Policies{set, engine, "r1"} }})
}

func labelled(labels ...string) map[string]any {
	all := map[string]any{}
	for _, l := range labels {
		all[l] = ""
	}
	return map[string]any{"apiVersion": "v1", "kind": "ConfigMap", "metadata": map[string]any{"name": "a", "namespace": "lake", "labels": all}}
}

// TestRatchet: what the object had before is warned of, what is new is refused, and
// rules that are not ratcheted refuse both. A rule on history acts on requests too.
func TestRatchet(t *testing.T) {
	for name, tc := range map[string]struct {
		ratchet string
		request admission.Request
		want    map[string]string
	}{
		"created":   {"true", create(t, configMaps, labelled("a")), map[string]string{"house.labels": "deny: label a is empty (metadata.labels.a)"}},
		"as before": {"true", update(t, configMaps, labelled("a"), labelled("a")), map[string]string{"house.labels": "warn: label a is empty (metadata.labels.a)"}},
		"one more": {"true", update(t, configMaps, labelled("a"), labelled("a", "b")), map[string]string{
			"house.labels": "warn: label a is empty (metadata.labels.a); deny: label b is empty (metadata.labels.b)",
		}},
		"mended":        {"true", update(t, configMaps, labelled("a", "b"), labelled("b")), map[string]string{"house.labels": "warn: label b is empty (metadata.labels.b)"}},
		"not ratcheted": {"false", update(t, configMaps, labelled("a"), labelled("a")), map[string]string{"house.labels": "deny: label a is empty (metadata.labels.a)"}},
	} {
		t.Run(name, func(t *testing.T) {
			got := authored(t, strings.Replace(house, "RATCHET", tc.ratchet, 1)).Handle(t.Context(), tc.request)
			tc.want["policy-revision"] = "r1"
			if diff := cmp.Diff(tc.want, got.AuditAnnotations); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if denied := strings.Contains(tc.want["house.labels"], "deny: "); got.Allowed == denied {
				t.Errorf("allowed: %t", got.Allowed)
			}
		})
	}
}

// TestBinaryStreams: kubectl puts a file that is no UTF-8 under binaryData, where it
// is judged as well.
func TestBinaryStreams(t *testing.T) {
	object := streams(nil)
	object["binaryData"] = map[string]any{"orders.json": "eyJzdHJlYW0iOiAi/yJ9", "not base64.json": "*"}
	got := shippedHandler(t, nil, policy.Config{}).Handle(t.Context(), create(t, configMaps, object))
	want := "stream/schema: stream configuration does not parse: "
	if got.Allowed || !strings.Contains(got.Result.Message, want) || strings.Contains(got.Result.Message, "not base64") {
		t.Errorf("%+v, want %s", got.Result, want)
	}
}
