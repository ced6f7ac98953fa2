package refresh

import (
	"context"
	"testing"
	"time"

	fluxmeta "github.com/fluxcd/pkg/apis/meta"
	sourcev1 "github.com/fluxcd/source-controller/api/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/tools/events"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/lotus-lake/lotus-gate/mutate/digest"
	"github.com/lotus-lake/lotus-gate/mutate/rerun"
	"github.com/lotus-lake/lotus-gate/tofu"
)

type noValues struct{}

func (noValues) Read(context.Context, string, []digest.Ref) (map[string]digest.Digests, error) {
	return nil, nil
}

// Another process writes between our last read and our write: nothing of ours is
// written over it, and the object is looked at again.
func TestNothingIsWrittenOverAnothersWrite(t *testing.T) {
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{clientgoscheme.AddToScheme, sourcev1.AddToScheme, tofu.AddToScheme} {
		if err := add(scheme); err != nil {
			t.Fatal(err)
		}
	}
	source := &sourcev1.GitRepository{ObjectMeta: metav1.ObjectMeta{Namespace: "ns", Name: "lake"}}
	source.Status.Artifact = &fluxmeta.Artifact{Revision: "main@sha1:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb", Digest: "sha256:b"}
	const old = "main@sha1:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	object := &tofu.Terraform{
		ObjectMeta: metav1.ObjectMeta{Name: "lake", Namespace: "ns", Generation: 1},
		Spec:       tofu.TerraformSpec{ApprovePlan: "auto", SourceRef: tofu.SourceReference{Kind: "GitRepository", Name: "lake"}},
		Status:     tofu.TerraformStatus{ObservedGeneration: 1, LastAttemptedRevision: old, LastAppliedRevision: old, LastPlannedRevision: old},
	}
	inner := fake.NewClientBuilder().WithScheme(scheme).WithObjects(object, source).Build()
	name := types.NamespacedName{Namespace: "ns", Name: "lake"}
	meddle := true
	live := interceptor.NewClient(inner, interceptor.Funcs{Get: func(ctx context.Context, k client.WithWatch, key client.ObjectKey, o client.Object, options ...client.GetOption) error {
		if err := k.Get(ctx, key, o, options...); err != nil {
			return err
		}
		if _, ok := o.(*tofu.Terraform); !ok || !meddle {
			return nil
		}
		other := o.DeepCopyObject().(client.Object)
		annotate(other, "somebody", "else")
		return k.Update(ctx, other)
	}})
	config := Config{Events: events.NewFakeRecorder(9), Values: noValues{}}
	defaults(&config)
	ring := func(context.Context, string) digest.Keyring { return digest.Keyring{} }
	c := &Controller{
		config: config, cache: inner, live: live, writer: inner, scheme: scheme, facts: facts{values: noValues{}, metadata: inner, ring: ring},
		quiet: newQuiet(0, 0), dry: dryRuns{seen: map[types.NamespacedName]dryRun{}},
	}
	result, err := c.Reconcile(t.Context(), reconcile.Request{NamespacedName: name})
	if err != nil || result.RequeueAfter != 50*time.Millisecond {
		t.Fatalf("%v, %v", result, err)
	}
	got := &tofu.Terraform{}
	read := func() {
		if err := inner.Get(t.Context(), name, got); err != nil {
			t.Fatal(err)
		}
	}
	if read(); got.Annotations[rerun.AnnotationRequest] != "" || got.Annotations[rerun.AnnotationRecord] != "" || got.Annotations["somebody"] != "else" {
		t.Fatalf("written over: %v", got.Annotations)
	}
	meddle = false
	if _, err := c.Reconcile(t.Context(), reconcile.Request{NamespacedName: name}); err != nil {
		t.Fatal(err)
	}
	if read(); got.Annotations[rerun.AnnotationRequest] == "" || got.Annotations["somebody"] != "else" {
		t.Fatalf("not asked: %v", got.Annotations)
	}
}
