package request

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestSecretsAreBlank: of a Secret, rules are given the names of its keys and no value,
// not even the copy that kubectl keeps in an annotation.
func TestSecretsAreBlank(t *testing.T) {
	o, err := Request{
		Version: "v1", Resource: "secrets",
		Object: []byte(`{"kind": "Secret", "metadata": {"name": "a", "managedFields": [{}], "annotations": {
			"kubectl.kubernetes.io/last-applied-configuration": "{\"data\":{\"x\":\"cGxhbnRlZA==\"}}", "b": "c"}},
			"data": {"x": "cGxhbnRlZA=="}, "stringData": {"y": "planted"}}`),
		Old: []byte(`{"data": {"x": "cGxhbnRlZA=="}}`),
	}.decode()
	if err != nil {
		t.Fatal(err)
	}
	want := []map[string]any{{
		"kind": "Secret", "metadata": map[string]any{"name": "a", "annotations": map[string]any{"b": "c"}},
		"data": map[string]any{"x": ""}, "stringData": map[string]any{"y": ""},
	}, {"data": map[string]any{"x": ""}}}
	if diff := cmp.Diff(want, []map[string]any{o.object, o.old}); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
