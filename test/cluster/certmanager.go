package cluster

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"

	"sigs.k8s.io/controller-runtime/pkg/envtest"
)

// InstallCertManagerKinds installs the kinds of cert-manager, from the module that its Go types come from.
func (c *Cluster) InstallCertManagerKinds(ctx context.Context) error {
	out, err := exec.CommandContext(ctx, "go", "list", "-m", "-f", "{{.Dir}}", "github.com/cert-manager/cert-manager").Output()
	if err != nil {
		return fmt.Errorf("kinds of cert-manager: %w", err)
	}
	dir := filepath.Join(strings.TrimSpace(string(out)), "deploy", "crds")
	_, err = envtest.InstallCRDs(c.config, envtest.CRDInstallOptions{Paths: []string{dir}, ErrorIfPathMissing: true})
	if err != nil {
		return fmt.Errorf("kinds of cert-manager: %w", err)
	}
	return nil
}

// StartCertManager installs its kinds and runs its controllers and its CA injector, until the cluster stops.
func (c *Cluster) StartCertManager(ctx context.Context) error {
	if err := c.InstallCertManagerKinds(ctx); err != nil {
		return err
	}
	return c.run("certmanager", "--kubeconfig="+c.kubeconfig)
}
