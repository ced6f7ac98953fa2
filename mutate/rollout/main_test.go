package rollout_test

import (
	"context"
	"os"
	"sync"
	"testing"

	"github.com/go-logr/logr"
	"sigs.k8s.io/controller-runtime/pkg/log"

	"github.com/lotus-lake/lotus-gate/test/cluster"
)

var kubernetes struct {
	once  sync.Once
	run   *cluster.Cluster
	cause error
}

func TestMain(m *testing.M) {
	log.SetLogger(logr.Discard())
	code := m.Run()
	if kubernetes.run != nil {
		if err := kubernetes.run.Stop(); err != nil {
			code = 1
		}
	}
	os.Exit(code)
}

// run is the Kubernetes that the tests of this package share; it starts when the first needs it.
func run(t testing.TB) *cluster.Cluster {
	t.Helper()
	kubernetes.once.Do(func() {
		kubernetes.run, kubernetes.cause = cluster.Start(context.Background(), cluster.Options{})
	})
	if kubernetes.cause != nil {
		t.Fatal(kubernetes.cause)
	}
	return kubernetes.run
}
