package e2e

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/fluxcd/pkg/ssa"
	ssautil "github.com/fluxcd/pkg/ssa/utils"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/lotus-lake/lotus-gate/test/scenario"
)

// TestFlux applies the gateway with Flux's own package, through the whole process: it sees no drift in what lotus-gate adds, neither after the creation
// nor after a rollout that the controller caused, and applying again changes nothing.
func TestFlux(t *testing.T) {
	s := stage(t)
	const namespace = "flux-gateway"
	if err := s.Client.Create(t.Context(), &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: namespace}}); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(s.Root, "examples", "cluster", "10-seaweedfs.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	manager := ssa.NewResourceManager(s.Client, nil, ssa.Owner{Field: "kustomize-controller", Group: "kustomize.toolkit.fluxcd.io"})
	apply := func(what, key string, unchanged bool) {
		t.Helper()
		all := bytes.ReplaceAll(text, []byte("namespace: seaweedfs"), []byte("namespace: "+namespace))
		all = bytes.ReplaceAll(all, []byte("example-not-a-secret"), []byte(key))
		objects, err := ssautil.ReadObjects(bytes.NewReader(all))
		if err != nil {
			t.Fatal(err)
		}
		if len(objects) != 3 {
			t.Fatalf("%d objects", len(objects))
		}
		if unchanged {
			for _, object := range objects {
				entry, _, _, err := manager.Diff(t.Context(), object.DeepCopy(), ssa.DefaultDiffOptions())
				if err != nil {
					t.Fatal(err)
				}
				if entry.Action != ssa.UnchangedAction {
					t.Errorf("%s: %s has drifted: %s", what, entry.Subject, entry.Action)
				}
			}
		}
		set, err := manager.ApplyAll(t.Context(), objects, ssa.DefaultApplyOptions())
		if err != nil {
			t.Fatal(err)
		}
		for _, entry := range set.Entries {
			if unchanged && entry.Action != ssa.UnchangedAction {
				t.Errorf("%s: applying again: %s", what, entry)
			}
		}
	}
	rollouts := func(what string, want int) {
		t.Helper()
		err := scenario.Eventually(t.Context(), time.Minute, what, func() error {
			d := &appsv1.Deployment{}
			if err := s.Client.Get(t.Context(), client.ObjectKey{Namespace: namespace, Name: "seaweedfs-s3"}, d); err != nil {
				return err
			}
			if d.Spec.Template.Annotations["lotus-gate.dev/secret-hash"] == "" {
				return scenario.Never{Err: errUnstamped} // stamped at creation, or not at all
			}
			if got := d.Annotations["deployment.kubernetes.io/revision"]; got != fmt.Sprint(want) || d.Status.ReadyReplicas != 2 || d.Status.UpdatedReplicas != 2 {
				return fmt.Errorf("revision %s, want %d; status %+v", got, want, d.Status)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	first, second := s.Planted.New(), s.Planted.New()
	apply("created", first, false)
	rollouts("created", 1)
	apply("created", first, true)
	apply("the Secret changes", second, false)
	rollouts("the controller rolls out", 2)
	apply("after the rollout", second, true)
	apply("and again", second, true)
	rollouts("no other rollout", 2)
	var sets appsv1.ReplicaSetList
	if err := s.Client.List(t.Context(), &sets, client.InNamespace(namespace)); err != nil {
		t.Fatal(err)
	}
	if len(sets.Items) != 2 {
		t.Errorf("%d ReplicaSets", len(sets.Items))
	}
}

var errUnstamped = errors.New("it has no stamp")
