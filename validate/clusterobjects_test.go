package validate_test

import (
	"bytes"
	"compress/gzip"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/lotus-lake/lotus-gate/validate/request"
)

// testTerraforms: a second object on one state is refused, and one that is deleted
// says what it leaves behind.
func (r *real) testTerraforms(t *testing.T) {
	ctx := t.Context()
	alice := r.clientFor(t, "alice", "developers")
	second := terraformObject("second", map[string]any{"backendConfig": map[string]any{"secretSuffix": "lake"}})
	err := alice.Create(ctx, second)
	if want := "state/shared: Terraform object lotus-lake/second keeps its state in Secret tfstate-default-lake, as lotus-lake/lake does (spec.backendConfig.secretSuffix)"; !apierrors.IsForbidden(err) || !strings.Contains(err.Error(), want) {
		t.Errorf("%v, want %s", err, want)
	}
	second = terraformObject("second", map[string]any{"backendConfig": map[string]any{"customConfiguration": "backend \"s3\" {}"}})
	if err := alice.Create(ctx, second); err != nil {
		t.Fatal(err)
	}
	alice.take()
	// The API server counts the spec's changes before we are asked: an annotation is none.
	for patch, want := range map[string]int{`{"metadata":{"annotations":{"a":"b"}}}`: 0, `{"spec":{"interval":"4m"}}`: 2} {
		if err := alice.Patch(ctx, second.DeepCopy(), client.RawPatch("application/merge-patch+json", []byte(patch))); err != nil {
			t.Fatal(err)
		}
		if got := alice.take(); len(got) != want {
			t.Errorf("%s: warnings %q, want %d", patch, got, want)
		}
	}
	if err := alice.Patch(ctx, second, client.RawPatch("application/merge-patch+json", []byte(`{"spec":{"destroyResourcesOnDeletion":null}}`))); !apierrors.IsForbidden(err) {
		t.Errorf("what would orphan resources: %v", err)
	}
	planned := terraformObject("planned", map[string]any{"planOnly": true, "destroyResourcesOnDeletion": false, "backendConfig": map[string]any{"secretSuffix": "gone"}})
	if err := alice.Create(ctx, planned); err != nil {
		t.Fatal(err)
	}
	alice.take()
	if err := alice.Patch(ctx, planned, client.RawPatch("application/merge-patch+json", []byte(`{"spec":{"planOnly":false}}`))); !apierrors.IsForbidden(err) {
		t.Errorf("what would orphan resources: %v", err)
	}
	alice.take()
	if err := alice.Delete(ctx, planned.DeepCopy(), client.DryRunAll); err != nil || alice.take() != nil {
		t.Errorf("%v: nothing is lost, so nothing is to be said", err)
	}
	kept := &corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{Name: "tfstate-default-gone", Namespace: "lotus-lake"},
		Data:       map[string][]byte{"tfstate": gzipped(t, `{"version": 4, "resources": [{"mode": "managed", "type": "airbyte_source", "name": "shopify", "instances": [{}]}]}`)},
	}
	if err := alice.Create(ctx, kept); err != nil {
		t.Fatal(err)
	}
	if err := alice.Delete(ctx, planned); err != nil {
		t.Fatal(err)
	}
	want := "state/orphans: deleting Terraform object planned leaves 1 resource behind: airbyte_source.shopify (spec.destroyResourcesOnDeletion)"
	if got := alice.take(); len(got) != 2 || got[0] != want {
		t.Errorf("warnings %q, want %s", got, want)
	}
}

func gzipped(t *testing.T, text string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func (r *real) testStreams(t *testing.T) {
	alice := r.clientFor(t, "alice", "developers")
	streams := &corev1.ConfigMap{
		ObjectMeta: metav1.ObjectMeta{Name: "shopify", Namespace: "lotus-lake", Labels: map[string]string{request.SourceLabel: "shopify"}},
		Data:       map[string]string{"orders.json": `{"stream": "orders", "sync_mode": "incremental", "destination_sync_mode": "overwrite", "cursor_field": ["updated_at"]}`},
	}
	err := alice.Create(t.Context(), streams)
	if want := "stream/invalid_modes: "; !apierrors.IsForbidden(err) || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "(orders.json: ") {
		t.Errorf("%v, want %s", err, want)
	}
	delete(streams.Labels, request.SourceLabel)
	if err := alice.Create(t.Context(), streams); err != nil {
		t.Errorf("without the label: %v", err)
	}
}
