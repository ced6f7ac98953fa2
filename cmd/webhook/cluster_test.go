package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/lotus-lake/lotus-gate/test/cluster"
	"github.com/lotus-lake/lotus-gate/test/program"
)

// shared is what the tests of this package have in common: an API server and the
// real binary, made by the first test that needs them.
var shared struct {
	sync.Once
	cluster *cluster.Cluster
	client  client.Client
	binary  string
	err     error
}

func TestMain(m *testing.M) {
	code := m.Run()
	if shared.cluster != nil {
		if err := shared.cluster.Stop(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}
	if shared.binary != "" {
		_ = os.RemoveAll(filepath.Dir(shared.binary))
	}
	os.Exit(code)
}

// needCluster returns a client of the API server.
func needCluster(t *testing.T) client.Client {
	t.Helper()
	shared.Do(func() { shared.err = prepare() })
	if shared.err != nil {
		t.Fatal(shared.err)
	}
	return shared.client
}

func prepare() error {
	dir, err := os.MkdirTemp("", "lotus-webhook-")
	if err != nil {
		return err
	}
	shared.binary = filepath.Join(dir, "webhook")
	if err := program.Build(context.Background(), dir, "."); err != nil {
		return err
	}
	if shared.cluster, err = cluster.Start(context.Background(), cluster.Options{APIOnly: true}); err != nil {
		return err
	}
	scheme, err := newScheme()
	if err != nil {
		return err
	}
	config := shared.cluster.Config()
	config.QPS = -1
	shared.client, err = client.New(config, client.Options{Scheme: scheme})
	return err
}

// namespace makes a namespace for one test.
func namespace(t *testing.T, k client.Client, prefix string) string {
	t.Helper()
	made := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{GenerateName: prefix + "-"}}
	if err := k.Create(t.Context(), made); err != nil {
		t.Fatal(err)
	}
	return made.Name
}

// eventually asks until it is told no error.
func eventually(t *testing.T, within time.Duration, what string, ask func() error) {
	t.Helper()
	ctx, cancel := context.WithTimeoutCause(t.Context(), within, errors.New(what))
	defer cancel()
	for {
		err := ask()
		if err == nil {
			return
		}
		select {
		case <-ctx.Done():
			t.Fatalf("%s: not within %s: %v", what, within, err)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

var errNotYet = errors.New("not yet")
