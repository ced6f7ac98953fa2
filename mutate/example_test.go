package mutate

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
	admissionv1 "k8s.io/api/admission/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/lotus-lake/lotus-gate/mutate/digest"
	"github.com/lotus-lake/lotus-gate/mutate/example"
)

// exampleRing is that of mutation examples.
var exampleRing = digest.Keyring{Current: example.Key, Keys: map[string][]byte{example.Key: make([]byte, digest.KeyLength)}}

type exampleReader struct{}

func (exampleReader) Read(_ context.Context, namespace string, refs []digest.Ref) (map[string]digest.Digests, error) {
	now := map[string]digest.Digests{}
	for _, ref := range refs {
		now[ref.ID()] = exampleRing.Digests(namespace, ref, secretData, true)
	}
	return now, nil
}

// TestExampleIsTheWebhooks: a mutation example is answered as the handler answers the
// request that it describes.
func TestExampleIsTheWebhooks(t *testing.T) {
	deployments := metav1.GroupVersionResource{Group: "apps", Version: "v1", Resource: "deployments"}
	handler := New(Config{
		NamespaceLabels: func(context.Context, string) (map[string]string, error) { return nil, nil },
		Values:          exampleReader{},
		Ring:            func(context.Context, string) digest.Keyring { return exampleRing },
	})
	for name, tc := range map[string]struct{ object, old string }{
		"created":        {object("")[:1] + `"apiVersion":"apps/v1","kind":"Deployment",` + object("")[1:], ""},
		"mode misspelt":  {object(`"lotus-gate.dev/rollout":"off"`)[:1] + `"apiVersion":"apps/v1","kind":"Deployment",` + object(`"lotus-gate.dev/rollout":"off"`)[1:], ""},
		"dropped of us":  {object("")[:1] + `"apiVersion":"apps/v1","kind":"Deployment",` + object("")[1:], object(`"lotus-gate.dev/baseline":"{}"`)},
		"another update": {object(`"a":"b"`)[:1] + `"apiVersion":"apps/v1","kind":"Deployment",` + object(`"a":"b"`)[1:], object("")},
	} {
		operation := admissionv1.Create
		m := example.Mutation{Live: []map[string]any{
			{"kind": "Secret", "metadata": map[string]any{"name": "a", "namespace": "ns"}, "stringData": map[string]any{"k": string(secretData["k"])}},
		}}
		decode(t, tc.object, &m.Object)
		m.Object["metadata"].(map[string]any)["namespace"] = "ns"
		if tc.old != "" {
			operation = admissionv1.Update
			decode(t, tc.old, &m.OldObject)
		}
		raw, err := json.Marshal(m.Object)
		if err != nil {
			t.Fatal(err)
		}
		response := handler.Handle(t.Context(), request(operation, deployments, string(raw), tc.old))
		var want []example.Operation
		for _, o := range response.Patches {
			want = append(want, example.Operation{Op: o.Operation, Path: o.Path, Value: o.Value})
		}
		got, warnings, err := m.Answer(t.Context())
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if len(got) == 0 {
			got = nil
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: patch (-webhook +example):\n%s", name, diff)
		}
		if diff := cmp.Diff(response.Warnings, warnings); diff != "" {
			t.Errorf("%s: warnings (-webhook +example):\n%s", name, diff)
		}
	}
}

func decode(t *testing.T, text string, into *map[string]any) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), into); err != nil {
		t.Fatal(err)
	}
}
