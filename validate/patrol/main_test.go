package patrol_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	sourcev1 "github.com/fluxcd/source-controller/api/v1"
	"github.com/go-logr/logr"
	reports "github.com/openreports/reports-api/apis/openreports.io/v1alpha1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/envtest"
	"sigs.k8s.io/controller-runtime/pkg/log"
	policyreports "sigs.k8s.io/wg-policy-prototypes/policy-report/pkg/api/wgpolicyk8s.io/v1alpha2"

	"github.com/lotus-lake/lotus-gate/test/cluster"
	"github.com/lotus-lake/lotus-gate/tofu"
)

// One API server for all tests of the package, with what the chart grants; started by
// the first that needs it.
var server struct {
	sync.Once
	cluster *cluster.Cluster
	admin   client.Client
	granted *rest.Config // of the chart's service account
	err     error
}

const (
	ours    = "lotus-gate"
	account = "system:serviceaccount:lotus-gate:lotus-gate"
)

func TestMain(m *testing.M) {
	log.SetLogger(logr.Discard())
	code := m.Run()
	if server.cluster != nil {
		if err := server.cluster.Stop(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}
	os.Exit(code)
}

// api gives a client that may do everything.
func api(t *testing.T) client.Client {
	t.Helper()
	server.Do(func() { server.err = start() })
	if server.err != nil {
		t.Fatal(server.err)
	}
	return server.admin
}

func start() error {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	c, err := cluster.Start(ctx, cluster.Options{APIOnly: true})
	if err != nil {
		return err
	}
	server.cluster = c
	if err := install("../../tofu/crd.yaml", "../../mutate/refresh/testdata/sources.yaml"); err != nil {
		return err
	}
	scheme, err := newScheme()
	if err != nil {
		return err
	}
	if server.admin, err = client.New(c.Config(), client.Options{Scheme: scheme}); err != nil {
		return err
	}
	if server.granted, err = c.ConfigFor(account, "system:serviceaccounts", "system:serviceaccounts:"+ours, "system:authenticated"); err != nil {
		return err
	}
	return grant(ctx)
}

func newScheme() (*runtime.Scheme, error) {
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{clientgoscheme.AddToScheme, sourcev1.AddToScheme, tofu.AddToScheme, reports.Install, policyreports.AddToScheme} {
		if err := add(scheme); err != nil {
			return nil, err
		}
	}
	return scheme, nil
}

func install(paths ...string) error {
	_, err := envtest.InstallCRDs(server.cluster.Config(), envtest.CRDInstallOptions{Paths: paths, ErrorIfPathMissing: true})
	return err
}

// grant creates the chart's cluster roles, as helm renders them with the audit on.
func grant(ctx context.Context) error {
	helm, err := cluster.Binary("helm")
	if err != nil {
		return err
	}
	out, err := exec.CommandContext(ctx, helm, "template", ours, "../../charts/lotus-gate", "--namespace", ours, "--set", "image.repository=x", "--set", "config.audit.enabled=true").Output()
	if err != nil {
		return fmt.Errorf("helm template: %w", err)
	}
	decoder := utilyaml.NewYAMLOrJSONDecoder(bytes.NewReader(out), 4096)
	for {
		object := &unstructured.Unstructured{}
		if err := decoder.Decode(object); err != nil {
			return nil
		}
		if strings.HasPrefix(object.GetKind(), "ClusterRole") {
			if err := server.admin.Create(ctx, object); err != nil {
				return err
			}
		}
	}
}

// definitions are the real CRDs of a kind of reports, as its module brings them.
func definitions(t *testing.T, module, dir string) []string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "list", "-m", "-json", module).Output()
	if err != nil {
		t.Fatal(err)
	}
	var found struct{ Dir string }
	if err := json.Unmarshal(out, &found); err != nil || found.Dir == "" {
		t.Fatalf("module %s: %s", module, out)
	}
	paths, err := filepath.Glob(filepath.Join(found.Dir, dir, "*.yaml"))
	if err != nil || len(paths) != 2 {
		t.Fatalf("CRDs of %s: %v", module, paths)
	}
	return paths
}

func openReports(t *testing.T) []string {
	return definitions(t, "github.com/openreports/reports-api", "config/crd")
}

func policyReports(t *testing.T) []string {
	return definitions(t, "sigs.k8s.io/wg-policy-prototypes", "policy-report/crd/v1alpha2")
}

// only has the cluster know these kinds of reports and no others.
func only(t *testing.T, paths ...string) {
	t.Helper()
	api(t)
	if err := envtest.UninstallCRDs(server.cluster.Config(), envtest.CRDInstallOptions{Paths: append(openReports(t), policyReports(t)...)}); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the kinds are gone", func() error {
		for _, list := range []client.ObjectList{&reports.ReportList{}, &reports.ClusterReportList{}, &policyreports.PolicyReportList{}, &policyreports.ClusterPolicyReportList{}} {
			if err := server.admin.List(t.Context(), list); err == nil {
				return fmt.Errorf("%T is served", list)
			}
		}
		return nil
	})
	if len(paths) > 0 {
		if err := install(paths...); err != nil {
			t.Fatal(err)
		}
	}
}

func eventually(t *testing.T, what string, ask func() error) {
	t.Helper()
	deadline := time.Now().Add(30 * time.Second)
	for {
		err := ask()
		if err == nil {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s: %v", what, err)
		}
		time.Sleep(20 * time.Millisecond)
	}
}
