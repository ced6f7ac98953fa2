package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/lotus-lake/lotus-gate/test/cluster"
	"github.com/lotus-lake/lotus-gate/test/tree"
	"github.com/lotus-lake/lotus-gate/test/walkthrough"
)

// TestAuthorsPage runs the part of docs/authors.md that is for a cluster: the rule
// that refused a push in the tests of cmd/gate, from the same files, refuses a real
// request.
func TestAuthorsPage(t *testing.T) {
	k := needCluster(t)
	steps, err := walkthrough.Read("../../docs/authors.md")
	if err != nil {
		t.Fatal(err)
	}
	const own, ns = "lotus-gate", "lake" // as the page calls them
	for _, name := range []string{own, ns} {
		if err := k.Create(t.Context(), &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name}}); err != nil {
			t.Fatal(err)
		}
	}
	address := freePorts(t, 1)[0]
	p := start(t, "--namespace", own, "--bind-address", address, "--webhook-url", "https://"+address, "--webhook-configuration", own, "--drain-delay", "0s")
	p.waitReady()

	dir, ran, refusals := t.TempDir(), 0, 0
	for _, s := range steps {
		switch {
		case s.File != "":
			tree.Write(t, dir, map[string]string{s.File: s.Text})
		case s.Cluster:
			if s.Fails {
				refusals++
				eventually(t, 30*time.Second, "the rule serves", func() error { return refusedDry(t, k, ns) })
			}
			ran++
			onCluster(t, dir, s)
		}
	}
	if ran < 2 || refusals != 1 {
		t.Errorf("the page has %d steps for a cluster, %d of them refused", ran, refusals)
	}
}

// refusedDry is nil once a Deployment as the page's is refused. Nothing is stored.
func refusedDry(t *testing.T, k client.Client, ns string) error {
	d := deployment(ns, "probe", "none")
	d.Spec.Template.Spec.Containers[0].Image = "nginx:latest"
	err := k.Create(t.Context(), d, client.DryRunAll)
	if err != nil && strings.Contains(err.Error(), "lake/floating_image") {
		return nil
	}
	return errNotYet
}

// onCluster runs a step with the real kubectl.
func onCluster(t *testing.T, dir string, s walkthrough.Step) {
	t.Helper()
	kubectl, err := cluster.Binary("kubectl")
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "sh", "-e", "-c", s.Script)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "KUBECONFIG="+shared.cluster.Kubeconfig(), "HOME="+dir, "PATH="+filepath.Dir(kubectl)+string(os.PathListSeparator)+os.Getenv("PATH"))
	out, err := cmd.CombinedOutput()
	if (err != nil) != s.Fails {
		t.Fatalf("authors.md:%d: %v\n%s", s.Line, err, out)
	}
	for _, line := range s.Says {
		if !strings.Contains(string(out), line) {
			t.Errorf("authors.md:%d: it does not say\n%s\nbut\n%s", s.Line, line, out)
		}
	}
}
