package cluster

import (
	"fmt"
	"os"
	"path/filepath"

	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/envtest"
)

// Config returns a configuration of a client who may do everything: user "admin" of the group system:masters. It has no limit
// of requests. The caller may change it.
func (c *Cluster) Config() *rest.Config { return rest.CopyConfig(c.config) }

// Kubeconfig returns the path of a kubeconfig file for the user of Config. It is gone after Stop.
func (c *Cluster) Kubeconfig() string { return c.kubeconfig }

// ConfigFor returns the configuration of a client who is that user of those groups, by a client certificate. The user may do
// only what RBAC grants.
func (c *Cluster) ConfigFor(user string, groups ...string) (*rest.Config, error) {
	added, err := c.add(user, groups)
	if err != nil {
		return nil, err
	}
	return added.Config(), nil
}

// KubeconfigFor returns the path of a kubeconfig file for a user as of ConfigFor. It is gone after Stop.
func (c *Cluster) KubeconfigFor(user string, groups ...string) (string, error) {
	added, err := c.add(user, groups)
	if err != nil {
		return "", err
	}
	content, err := added.KubeConfig()
	if err != nil {
		return "", fmt.Errorf("kubeconfig of %s: %w", user, err)
	}
	f, err := os.CreateTemp(c.dir, "*.kubeconfig") // mode 0600
	if err != nil {
		return "", fmt.Errorf("kubeconfig of %s: %w", user, err)
	}
	_, err = f.Write(content)
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return "", fmt.Errorf("kubeconfig of %s: %w", user, err)
	}
	return f.Name(), nil
}

func (c *Cluster) add(user string, groups []string) (*envtest.AuthenticatedUser, error) {
	added, err := c.env.AddUser(envtest.User{Name: user, Groups: groups}, &rest.Config{QPS: -1})
	if err != nil {
		return nil, fmt.Errorf("user %s: %w", user, err)
	}
	return added, nil
}

// admit makes the administrator's configuration and client.
func (c *Cluster) admit() error {
	admin, err := c.add("admin", []string{"system:masters"})
	if err != nil {
		return err
	}
	c.config = admin.Config()
	content, err := admin.KubeConfig()
	if err != nil {
		return fmt.Errorf("kubeconfig of admin: %w", err)
	}
	if err := os.WriteFile(c.kubeconfig, content, 0o600); err != nil {
		return fmt.Errorf("kubeconfig of admin: %w", err)
	}
	if c.client, err = client.New(c.config, client.Options{}); err != nil {
		return fmt.Errorf("client of admin: %w", err)
	}
	return nil
}

// authority writes the certificate of the API server's issuer to a file and returns its path.
func (c *Cluster) authority() (string, error) {
	path := filepath.Join(c.dir, "certs", "serving-ca.crt")
	if err := os.WriteFile(path, c.env.ControlPlane.APIServer.SecureServing.CA, 0o644); err != nil {
		return "", fmt.Errorf("write issuer: %w", err)
	}
	return path, nil
}
