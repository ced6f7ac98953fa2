package cluster

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/envtest"
)

// startStore runs etcd, without waiting for the disk, and the API server.
func (c *Cluster) startStore(o Options) error {
	certs, data := filepath.Join(c.dir, "certs"), filepath.Join(c.dir, "etcd")
	for _, dir := range []string{certs, data} {
		if err := os.Mkdir(dir, 0o700); err != nil {
			return fmt.Errorf("prepare: %w", err)
		}
	}
	var paths, names [2]string
	for i, name := range []string{"etcd", "kube-apiserver"} {
		path, err := c.program(name)
		if err != nil {
			return err
		}
		paths[i], names[i] = path, name
	}
	etcdLog, err := c.log(names[0])
	if err != nil {
		return err
	}
	apiLog, err := c.log(names[1])
	if err != nil {
		return err
	}
	server := &envtest.APIServer{Path: paths[1], CertDir: certs, Out: apiLog, Err: apiLog}
	if err := configure(server.Configure(), c.dir, o); err != nil {
		return err
	}
	kubectl := filepath.Join(filepath.Dir(paths[0]), "kubectl") // never run: envtest wants a path
	c.env = &envtest.Environment{ControlPlane: envtest.ControlPlane{
		APIServer:   server,
		Etcd:        &envtest.Etcd{Path: paths[0], DataDir: data, Out: etcdLog, Err: etcdLog},
		KubectlPath: kubectl,
	}}
	if _, err := c.env.Start(); err != nil {
		return fmt.Errorf("%w\netcd:\n%s\nkube-apiserver:\n%s", err, c.Tail(names[0]), c.Tail(names[1]))
	}
	return nil
}

// configure sets the API server's flags beyond those of envtest.
func configure(flags *envtest.Arguments, dir string, o Options) error {
	flags.Set("shutdown-send-retry-after", "true") // else it waits a minute for the watches of the controllers
	if !o.APIOnly {
		flags.Disable("disable-admission-plugins") // envtest turns ServiceAccount off, for want of controllers
	}
	if o.AuditLog != "" {
		policy, err := writeAuditPolicy(dir, o.AuditLevel)
		if err != nil {
			return err
		}
		log, err := filepath.Abs(o.AuditLog)
		if err != nil {
			return fmt.Errorf("audit log: %w", err)
		}
		flags.Set("audit-policy-file", policy)
		flags.Set("audit-log-path", log)
		flags.Set("audit-log-mode", "blocking")
	}
	for name, value := range o.APIServerFlags {
		flags.Set(name, value)
	}
	return nil
}

// writeAuditPolicy writes a policy that logs every request when it is done, at one level.
func writeAuditPolicy(dir, level string) (string, error) {
	if level == "" {
		level = "Metadata"
	}
	if !slices.Contains([]string{"Metadata", "Request", "RequestResponse"}, level) {
		return "", fmt.Errorf("audit level %q: must be Metadata, Request or RequestResponse", level)
	}
	path := filepath.Join(dir, "audit-policy.yaml")
	policy := "apiVersion: audit.k8s.io/v1\nkind: Policy\nomitStages: [RequestReceived]\nrules:\n- level: " + level + "\n"
	if err := os.WriteFile(path, []byte(policy), 0o600); err != nil {
		return "", fmt.Errorf("audit policy: %w", err)
	}
	return path, nil
}

// StopAPIServer ends the API server as an upgrade would, and leaves the rest running.
func (c *Cluster) StopAPIServer() error {
	if err := c.env.ControlPlane.APIServer.Stop(); err != nil {
		return fmt.Errorf("stop API server: %w", err)
	}
	return forget(c.dir, "kube-apiserver")
}

// StartAPIServer runs the API server again after StopAPIServer, at the same address with the same keys and data, so that every
// Config and kubeconfig still holds. It returns when the server answers.
func (c *Cluster) StartAPIServer(ctx context.Context) error {
	if err := c.env.ControlPlane.APIServer.Start(); err != nil {
		return fmt.Errorf("start API server: %w\n%s", err, c.Tail("kube-apiserver"))
	}
	return c.wait(ctx, "API server", func() (bool, error) {
		return c.exists(ctx, defaultNamespace())
	})
}

// RestartAPIServer does StopAPIServer and StartAPIServer.
func (c *Cluster) RestartAPIServer(ctx context.Context) error {
	if err := c.StopAPIServer(); err != nil {
		return err
	}
	return c.StartAPIServer(ctx)
}

// exists says whether the API server has that object, which it fills in.
func (c *Cluster) exists(ctx context.Context, o client.Object) (bool, error) {
	err := c.client.Get(ctx, client.ObjectKeyFromObject(o), o)
	return err == nil, err
}
