package e2e

import (
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/lotus-lake/lotus-gate/test/scenario"
)

// TestAPIServerRestart takes the API server away for longer than the lease lasts: the process goes on, and sees what changes afterwards. One rollout.
func TestAPIServerRestart(t *testing.T) {
	s := stage(t)
	gateway := client.ObjectKey{Namespace: "after-005", Name: "seaweedfs-s3"}
	revision := func() string {
		d := &appsv1.Deployment{}
		if err := s.Client.Get(t.Context(), gateway, d); err != nil {
			return err.Error()
		}
		return d.Annotations["deployment.kubernetes.io/revision"]
	}
	if got := revision(); got != "2" {
		t.Fatalf("revision %s before, want 2", got)
	}
	shared.away.from = time.Now()
	must(t, s.Cluster.StopAPIServer())
	time.Sleep(4 * time.Second) // the lease lasts 3 s
	must(t, s.Cluster.StartAPIServer(t.Context()))
	secret := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: gateway.Namespace, Name: "seaweedfs-s3-config"}}
	patch := []byte(`{"stringData":{"seaweedfs_s3_config":"` + s.Planted.New() + `"}}`)
	must(t, s.Client.Patch(t.Context(), secret, client.RawPatch(types.MergePatchType, patch)))
	changed := time.Now()
	must(t, scenario.Eventually(t.Context(), 2*time.Minute, "the rollout", func() error {
		if got := revision(); got != "3" {
			return notYet(got)
		}
		return nil
	}))
	shared.away.to = time.Now()
	t.Logf("rolled out %s after the change", time.Since(changed).Round(100*time.Millisecond))
	must(t, shared.process.Ready(t.Context()))
	time.Sleep(3 * time.Second) // a second rollout would come now
	if got := revision(); got != "3" {
		t.Errorf("revision %s, want 3", got)
	}
}

type notYet string

func (n notYet) Error() string { return "revision " + string(n) }
