package scenario

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/lotus-lake/lotus-gate/test/cluster"
)

// Namespace and Account are those of the installation.
const (
	Namespace  = "lotus-gate"
	Account    = "system:serviceaccount:lotus-gate:lotus-gate"
	BreakGlass = "lake-oncall" // the break-glass group of Values
)

// values of the chart: no pods, for the process runs outside; short times, for a minute of a ticket takes a second.
const values = `
image: {repository: registry.example.org/lotus-gate}
replicas: 0
config:
  rules:
    state/protected:
      parameters: {break_glass_groups: [` + BreakGlass + `]}
  secretHash: {quietWindow: 500ms, minInterval: 1s, budget: 0}
  refresh: {grace: 1s, maxBackoff: 2s, pokeSources: true, removeRunnerPods: true}
`

// installed is lotus-gate on a stage.
type installed struct {
	kubeconfig string // of the chart's service account, with exactly its rights
	config     string // file
	balancer   *balancer
	processes  []*Process
}

// Install installs the chart with the real helm. Nothing answers yet.
func (s *Stage) Install(ctx context.Context) error {
	file := filepath.Join(s.dir, "values.yaml")
	if err := os.WriteFile(file, []byte(values), 0o600); err != nil {
		return fmt.Errorf("install: %w", err)
	}
	if err := s.helm(ctx, "install", "lotus-gate", filepath.Join(s.Root, "charts", "lotus-gate"),
		"--namespace", Namespace, "--create-namespace", "--values", file, "--wait", "--timeout", "1m"); err != nil {
		return err
	}
	config := &corev1.ConfigMap{}
	if err := s.Client.Get(ctx, client.ObjectKey{Namespace: Namespace, Name: "lotus-gate-config"}, config); err != nil {
		return fmt.Errorf("install: %w", err)
	}
	s.gate.config = filepath.Join(s.dir, "config.yaml")
	if err := os.WriteFile(s.gate.config, []byte(config.Data["config.yaml"]), 0o600); err != nil {
		return fmt.Errorf("install: %w", err)
	}
	var err error
	s.gate.kubeconfig, err = s.Cluster.KubeconfigFor(Account, "system:serviceaccounts", "system:serviceaccounts:"+Namespace)
	if err == nil {
		s.gate.balancer, err = newBalancer(ctx)
	}
	return err
}

// Configure has the processes that are started from now on use another configuration.
func (s *Stage) Configure(config string) error {
	if err := os.WriteFile(s.gate.config, []byte(config), 0o600); err != nil {
		return fmt.Errorf("configure: %w", err)
	}
	return nil
}

// helm runs the real one, away from the user's own settings.
func (s *Stage) helm(ctx context.Context, args ...string) error {
	path, err := cluster.Binary("helm")
	if err != nil {
		return err
	}
	var out bytes.Buffer
	cmd := exec.CommandContext(ctx, path, append(args, "--kubeconfig", s.Cluster.Kubeconfig())...)
	home := filepath.Join(s.dir, "helm")
	cmd.Env = append(os.Environ(), "HELM_CACHE_HOME="+home, "HELM_CONFIG_HOME="+home, "HELM_DATA_HOME="+home, "HELM_PLUGINS="+home)
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("helm %s: %w\n%s", args[0], err, out.String())
	}
	return nil
}
