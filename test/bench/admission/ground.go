package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	sourcev1 "github.com/fluxcd/source-controller/api/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/kubernetes"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/envtest"

	"github.com/lotus-lake/lotus-gate/test/cluster"
	"github.com/lotus-lake/lotus-gate/test/program"
	"github.com/lotus-lake/lotus-gate/tofu"
)

const account = "system:serviceaccount:lotus-gate:lotus-gate" // of our processes

// ground is an API server of its own for one part. There is no controller manager, which would write the same objects meanwhile.
type ground struct {
	*cluster.Cluster
	tools     tools
	dir       string
	scheme    *runtime.Scheme
	admin     client.WithWatch
	set       *kubernetes.Clientset
	processes []*process
}

// open starts the API server, with the CRDs of Flux and tofu-controller.
func open(ctx context.Context, t tools) (_ *ground, err error) {
	g := &ground{tools: t, scheme: runtime.NewScheme()}
	for _, add := range []func(*runtime.Scheme) error{clientgoscheme.AddToScheme, tofu.AddToScheme, sourcev1.AddToScheme} {
		if err := add(g.scheme); err != nil {
			return nil, err
		}
	}
	if g.dir, err = os.MkdirTemp(t.dir, "ground-"); err != nil {
		return nil, err
	}
	if g.Cluster, err = cluster.Start(ctx, cluster.Options{APIOnly: true}); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, g.close())
		}
	}()
	if g.admin, err = client.NewWithWatch(g.Config(), client.Options{Scheme: g.scheme}); err != nil {
		return nil, err
	}
	if g.set, err = kubernetes.NewForConfig(g.Config()); err != nil {
		return nil, err
	}
	if _, err = envtest.InstallCRDs(g.Config(), envtest.CRDInstallOptions{
		Paths:              []string{filepath.Join(t.root, "test", "standin", "definitions.yaml"), filepath.Join(t.root, "tofu", "crd.yaml")},
		ErrorIfPathMissing: true,
	}); err != nil {
		return nil, err
	}
	// Its rights do not matter here, but that it is a user as any other, who has to queue, does.
	return g, g.create(ctx, namespace("lotus-gate"), &rbacv1.ClusterRoleBinding{
		ObjectMeta: metav1.ObjectMeta{Name: "lotus-gate"},
		RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: "cluster-admin"},
		Subjects:   []rbacv1.Subject{{Kind: "User", APIGroup: rbacv1.GroupName, Name: account}},
	})
}

func (g *ground) close() error {
	for _, p := range g.processes {
		p.stop()
	}
	return g.Stop()
}

func (g *ground) create(ctx context.Context, objects ...client.Object) error {
	for _, o := range objects {
		if err := g.admin.Create(ctx, o); err != nil {
			return fmt.Errorf("create %T %s: %w", o, o.GetName(), err)
		}
	}
	return nil
}

func namespace(name string) *corev1.Namespace {
	return &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name}}
}

// webhook starts ours against the API server, which it tells of itself as `webhook --webhook-url` does.
func (g *ground) webhook(ctx context.Context, name, config string, flags ...string) (*process, error) {
	file := filepath.Join(g.dir, name+".yaml")
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		return nil, err
	}
	kubeconfig, err := g.KubeconfigFor(account, "system:serviceaccounts", "system:serviceaccounts:lotus-gate", "system:authenticated")
	if err != nil {
		return nil, err
	}
	ports, err := program.Addresses(ctx, 3)
	if err != nil {
		return nil, err
	}
	p := &process{name: name, address: ports[0], metrics: "http://" + ports[1] + "/metrics", health: "http://" + ports[2] + "/readyz"}
	g.processes = append(g.processes, p)
	return p, p.start(ctx, g.dir, nil, append([]string{
		g.tools.webhook, "--kubeconfig", kubeconfig, "--namespace", "lotus-gate", "--config", file, "--webhook-url", "https://" + p.address,
		"--bind-address", ports[0], "--metrics-address", ports[1], "--health-address", ports[2],
	}, flags...)...)
}

// calls says how often the API server has called each webhook, by the name of its entry.
func (g *ground) calls(ctx context.Context) (map[string]int, error) {
	text, err := g.set.RESTClient().Get().AbsPath("/metrics").DoRaw(ctx)
	if err != nil {
		return nil, fmt.Errorf("ask the API server for its metrics: %w", err)
	}
	calls := map[string]int{}
	for line := range strings.Lines(string(text)) {
		if !strings.HasPrefix(line, "apiserver_admission_webhook_request_total{") {
			continue
		}
		labels, number, _ := strings.Cut(line, "} ")
		_, name, _ := strings.Cut(labels, `name="`)
		name, _, _ = strings.Cut(name, `"`)
		var n float64
		if _, err := fmt.Sscan(number, &n); err != nil {
			return nil, err
		}
		calls[name] += int(n)
	}
	return calls, nil
}
