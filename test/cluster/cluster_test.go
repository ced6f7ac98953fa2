package cluster_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/lotus-lake/lotus-gate/test/cluster"
)

// TestWorkload goes through the life of a cluster once, for starting one takes seconds: a Deployment becomes pods that are
// ready, identities are told apart, the audit log names them, a restart of the API server keeps all, and nothing is left.
func TestWorkload(t *testing.T) {
	audit := filepath.Join(t.TempDir(), "audit.log")
	begin := time.Now()
	c, err := cluster.Start(t.Context(), cluster.Options{Nodes: 2, AuditLog: audit, AuditLevel: "RequestResponse"})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("start: %v", time.Since(begin))
	stopped := false
	defer func() {
		if !stopped {
			t.Log(c.Stop())
		}
	}()
	k, err := client.New(c.Config(), client.Options{})
	if err != nil {
		t.Fatal(err)
	}

	deployment := web()
	if err := k.Create(t.Context(), deployment); err != nil {
		t.Fatal(err)
	}
	eventually(t, "2 available replicas", func() error {
		if err := k.Get(t.Context(), client.ObjectKeyFromObject(deployment), deployment); err != nil {
			return err
		}
		if got := deployment.Status.AvailableReplicas; got != 2 {
			return fmt.Errorf("%d are available", got)
		}
		return nil
	})
	var sets appsv1.ReplicaSetList
	if err := k.List(t.Context(), &sets); err != nil {
		t.Fatal(err)
	}
	if len(sets.Items) != 1 || sets.Items[0].Status.ReadyReplicas != 2 {
		t.Errorf("replica sets: %+v", sets.Items)
	}

	held := pod("held")
	held.Annotations = map[string]string{cluster.NotReady: ""}
	done := pod("done")
	for _, p := range []*corev1.Pod{held, done} {
		if err := k.Create(t.Context(), p); err != nil {
			t.Fatal(err)
		}
	}
	eventually(t, "the pod runs", func() error { return phase(t.Context(), k, done, corev1.PodRunning) })
	eventually(t, "the held pod has a node", func() error {
		if err := phase(t.Context(), k, held, corev1.PodPending); err != nil {
			return err
		}
		if held.Spec.NodeName == "" {
			return errors.New("no node")
		}
		return nil
	})
	if err := k.Delete(t.Context(), done); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the pod is gone", func() error {
		err := k.Get(t.Context(), client.ObjectKeyFromObject(done), done)
		if err == nil {
			return errors.New("it is there")
		}
		return client.IgnoreNotFound(err)
	})

	job := &batchv1.Job{
		ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: "once"},
		Spec:       batchv1.JobSpec{Template: corev1.PodTemplateSpec{Spec: pod("").Spec}},
	}
	job.Spec.Template.Spec.RestartPolicy = corev1.RestartPolicyNever
	if err := k.Create(t.Context(), job); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the job is done", func() error {
		if err := k.Get(t.Context(), client.ObjectKeyFromObject(job), job); err != nil {
			return err
		}
		if job.Status.CompletionTime == nil {
			return fmt.Errorf("%+v", job.Status)
		}
		return nil
	})

	config, err := c.ConfigFor("mallory", "guests")
	if err != nil {
		t.Fatal(err)
	}
	guest, err := client.New(config, client.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := guest.Create(t.Context(), pod("forbidden")); !apierrors.IsForbidden(err) {
		t.Errorf("a user without rights created a pod: %v", err)
	}

	begin = time.Now()
	if err := c.RestartAPIServer(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Logf("restart of the API server: %v", time.Since(begin))
	again := &appsv1.Deployment{}
	if err := k.Get(t.Context(), client.ObjectKeyFromObject(deployment), again); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(deployment.Spec, again.Spec); deployment.UID != again.UID || diff != "" {
		t.Errorf("the restart changed the deployment (-before +after):\n%s", diff)
	}
	scaled := again.DeepCopy()
	scaled.Spec.Replicas = new(int32(3))
	if err := k.Patch(t.Context(), scaled, client.MergeFrom(again)); err != nil {
		t.Fatal(err)
	}
	eventually(t, "3 available replicas after the restart", func() error {
		if err := k.Get(t.Context(), client.ObjectKeyFromObject(again), again); err != nil {
			return err
		}
		if got := again.Status.AvailableReplicas; got != 3 {
			return fmt.Errorf("%d are available", got)
		}
		return nil
	})

	pids := children(t)
	if len(pids) != 6 { // etcd, API server, controller manager, scheduler, kwok, guard
		t.Errorf("%d programs run, want 6: %v", len(pids), pids)
	}
	files := filepath.Dir(c.Kubeconfig())
	begin = time.Now()
	if err := c.Stop(); err != nil {
		t.Error(err)
	}
	t.Logf("stop: %v", time.Since(begin))
	stopped = true
	if left := children(t); len(left) != 0 {
		t.Errorf("left running: %v", left)
	}
	if _, err := os.Stat(files); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("left on disk: %s: %v", files, err)
	}
	if err := c.Stop(); err != nil {
		t.Errorf("second stop: %v", err)
	}

	want := map[string]bool{
		"admin create deployments 201": true,
		"mallory create pods 403":      true,
		"system:serviceaccount:kube-system:deployment-controller create replicasets 201": true,
		"system:serviceaccount:kube-system:replicaset-controller create pods 201":        true,
		"system:kube-scheduler create pods/binding 201":                                  true,
	}
	got := audited(t, audit)
	for event := range want {
		if !got[event] {
			t.Errorf("not in the audit log: %s", event)
		}
	}
}

func TestAPIOnly(t *testing.T) {
	c := cluster.ForTest(t, cluster.Options{APIOnly: true, APIServerFlags: map[string]string{"enable-admission-plugins": "AlwaysPullImages"}})
	k, err := client.New(c.Config(), client.Options{})
	if err != nil {
		t.Fatal(err)
	}
	p := pod("alone")
	if err := k.Create(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	if got := p.Spec.Containers[0].ImagePullPolicy; got != corev1.PullAlways {
		t.Errorf("pull policy %s: the flag had no effect", got)
	}

	alice, err := c.KubeconfigFor("alice", "analysts")
	if err != nil {
		t.Fatal(err)
	}
	kubectl, err := cluster.Binary("kubectl")
	if err != nil {
		t.Fatal(err)
	}
	for kubeconfig, want := range map[string]string{
		c.Kubeconfig(): "admin [system:masters system:authenticated]",
		alice:          "alice [analysts system:authenticated]",
	} {
		who := exec.CommandContext(t.Context(), kubectl, "--kubeconfig", kubeconfig, "auth", "whoami",
			"-o", "go-template={{.status.userInfo.username}} {{.status.userInfo.groups}}")
		if out, err := who.CombinedOutput(); err != nil || string(out) != want {
			t.Errorf("kubectl says %q, %v; want %q", out, err, want)
		}
	}
}

func TestStartFails(t *testing.T) {
	for _, test := range []struct {
		name    string
		options cluster.Options
		cwd     bool // outside of the repository
		want    string
	}{
		{name: "nodes without controllers", options: cluster.Options{APIOnly: true, Nodes: 1}, want: "APIOnly"},
		{name: "audit level", options: cluster.Options{AuditLog: "x", AuditLevel: "Loud"}, want: `audit level "Loud"`},
		{name: "nothing built", cwd: true, want: "etcd: not found; run `make controlplane`"},
		{
			name: "API server that ends at once", options: cluster.Options{APIOnly: true, APIServerFlags: map[string]string{"no-such-flag": "1"}},
			want: "unknown flag: --no-such-flag",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Setenv("TMPDIR", t.TempDir())
			if test.cwd {
				t.Chdir(t.TempDir())
			}
			_, err := cluster.Start(t.Context(), test.options)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want an error with %q", err, test.want)
			}
			if left, err := filepath.Glob(filepath.Join(os.TempDir(), "lotus-cluster-*")); err != nil || len(left) > 0 {
				t.Errorf("left: %v %v", left, err)
			}
			if left := children(t); len(left) > 0 {
				t.Errorf("left running: %v", left)
			}
		})
	}
}
