package refresh_test

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"testing"
	"time"

	sourcev1 "github.com/fluxcd/source-controller/api/v1"
	"github.com/go-logr/logr"
	"k8s.io/apimachinery/pkg/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/envtest"
	"sigs.k8s.io/controller-runtime/pkg/log"

	"github.com/lotus-lake/lotus-gate/test/cluster"
	"github.com/lotus-lake/lotus-gate/tofu"
)

// One API server for all tests of the package, started by the first that needs it.
var server struct {
	sync.Once
	cluster *cluster.Cluster
	config  *rest.Config
	client  client.Client
	err     error
}

func TestMain(m *testing.M) {
	log.SetLogger(logr.FromSlogHandler(slog.NewTextHandler(os.Stderr, nil)))
	code := m.Run()
	if server.cluster != nil {
		if err := server.cluster.Stop(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}
	os.Exit(code)
}

// api is a client of an API server that knows Terraform objects and GitRepositories.
func api(t *testing.T) (*rest.Config, client.Client) {
	t.Helper()
	server.Do(func() { server.err = start() })
	if server.err != nil {
		t.Fatal(server.err)
	}
	return server.config, server.client
}

func start() error {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	c, err := cluster.Start(ctx, cluster.Options{APIOnly: true})
	if err != nil {
		return err
	}
	server.cluster, server.config = c, c.Config()
	server.config.QPS, server.config.Burst = 1000, 1000
	if _, err := envtest.InstallCRDs(server.config, envtest.CRDInstallOptions{
		Paths: []string{"../../tofu/crd.yaml", "testdata/sources.yaml"}, ErrorIfPathMissing: true,
	}); err != nil {
		return fmt.Errorf("install CRDs: %w", err)
	}
	server.client, err = client.New(server.config, client.Options{Scheme: newScheme()})
	return err
}

func newScheme() *runtime.Scheme {
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{clientgoscheme.AddToScheme, sourcev1.AddToScheme, tofu.AddToScheme} {
		if err := add(scheme); err != nil {
			panic(err)
		}
	}
	return scheme
}
