// Package scenario replays the tickets on a real Kubernetes, without lotus-gate and with it: the end-to-end tests judge what came of it, and the
// demonstration tells it.
package scenario

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/envtest"

	"github.com/lotus-lake/lotus-gate/test/cluster"
	"github.com/lotus-lake/lotus-gate/test/standin"
)

// Options of a stage.
type Options struct {
	Binary string // the webhook program
	Gate   string // the gate; only Loop needs it
	Speed  float64
}

// Stage is a cluster with the CRDs of the lake, and lotus-gate once it is installed.
type Stage struct {
	Cluster *cluster.Cluster
	Client  client.Client // of an administrator
	Scheme  *runtime.Scheme
	Audit   string // file of the audit log, at level Metadata
	Planted Planted
	Root    string // of the repository

	binary string
	gateAt string // the gate program
	dir    string
	speed  float64
	gate   installed
}

// Open starts the cluster.
func Open(ctx context.Context, o Options) (_ *Stage, err error) {
	root, err := repositoryRoot()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "lotus-stage-")
	if err != nil {
		return nil, fmt.Errorf("open stage: %w", err)
	}
	s := &Stage{dir: dir, Root: root, Audit: filepath.Join(dir, "audit.log"), binary: o.Binary, gateAt: o.Gate, speed: o.Speed}
	defer func() {
		if err != nil {
			err = errors.Join(fmt.Errorf("open stage: %w", err), s.Close())
		}
	}()
	if s.Cluster, err = cluster.Start(ctx, cluster.Options{Nodes: 2, AuditLog: s.Audit}); err != nil {
		return nil, err
	}
	if s.Scheme, err = standin.Scheme(); err != nil {
		return nil, err
	}
	if s.Client, err = client.New(s.Cluster.Config(), client.Options{Scheme: s.Scheme}); err != nil {
		return nil, err
	}
	_, err = envtest.InstallCRDs(s.Cluster.Config(), envtest.CRDInstallOptions{
		Paths:              []string{filepath.Join(root, "test", "standin", "definitions.yaml"), filepath.Join(root, "tofu", "crd.yaml")},
		ErrorIfPathMissing: true,
	})
	return s, err
}

// Close ends all that was started and removes its files.
func (s *Stage) Close() error {
	var errs []error
	for _, p := range s.gate.processes {
		errs = append(errs, p.Kill())
	}
	if s.gate.balancer != nil {
		s.gate.balancer.close()
	}
	if s.Cluster != nil {
		errs = append(errs, s.Cluster.Stop())
	}
	return errors.Join(append(errs, os.RemoveAll(s.dir))...)
}

// repositoryRoot is the directory of go.mod around the working directory.
func repositoryRoot() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", fmt.Errorf("find the repository: %w", err)
	}
	for ; dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "charts", "lotus-gate", "Chart.yaml")); err == nil {
			return dir, nil
		}
	}
	return "", errors.New("find the repository: run this inside it")
}
