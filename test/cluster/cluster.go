// Package cluster runs a real Kubernetes on this machine, for tests and for the demo: etcd, the API server, the controller
// manager and, where pods are to become ready, the scheduler and fake nodes. "make controlplane" builds the programs. They
// listen on loopback only, at free ports, and are gone when the program that started them is, however it ends.
package cluster

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/envtest"
)

// startTimeout bounds a whole start; two busy cores have been seen to take 20 s.
const startTimeout = 2 * time.Minute

// Options says what to run. The zero value is an API server with its controllers and no node.
type Options struct {
	// Nodes is the number of fake nodes. With one or more there is a scheduler too, pods get a node and turn ready at once,
	// pods of a Job succeed, and deleted pods go away. A pod annotated with NotReady stays pending.
	Nodes int
	// APIOnly leaves the controller manager out: nothing makes pods of a Deployment, default service accounts or endpoints, and
	// pods are admitted without a service account. It starts quicker. It excludes Nodes.
	APIOnly bool
	// AuditLog is the file that gets the audit events of the API server, one JSON object (audit.k8s.io/v1 Event) a line, each
	// written before its request is answered. Empty: no audit log.
	AuditLog string
	// AuditLevel is Metadata, Request or RequestResponse; empty is Metadata.
	AuditLevel string
	// APIServerFlags are further flags of kube-apiserver, without dashes, such as "feature-gates"; they replace the defaults.
	APIServerFlags map[string]string
	// Logs is the directory for the output of the programs, a file each; empty: one that goes when the cluster stops.
	Logs string
}

// Cluster is a running Kubernetes. Its methods may be called from several goroutines, but StopAPIServer, StartAPIServer,
// RestartAPIServer and Stop one at a time.
type Cluster struct {
	dir        string // keys, kubeconfigs, data, pid files; removed by the guard
	logs       string
	env        *envtest.Environment
	config     *rest.Config // of an administrator
	kubeconfig string
	client     client.Client
	processes  []*process
	guard      *guard
	logFiles   []*os.File
}

// Start runs a cluster and returns when it can be used: the API server is ready, and unless Options.APIOnly the default service
// account exists and every node is ready. ctx bounds the start only. What was started is stopped again when Start fails; the
// error says which program failed and quotes the end of its output.
func Start(ctx context.Context, o Options) (_ *Cluster, err error) {
	if o.APIOnly && o.Nodes > 0 {
		return nil, errors.New("start cluster: nodes need the controller manager, which APIOnly leaves out")
	}
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()

	dir, err := os.MkdirTemp("", "lotus-cluster-")
	if err != nil {
		return nil, fmt.Errorf("start cluster: %w", err)
	}
	c := &Cluster{dir: dir, logs: o.Logs, kubeconfig: filepath.Join(dir, "admin.kubeconfig")}
	if c.logs == "" {
		c.logs = filepath.Join(dir, "logs")
	}
	if c.guard, err = startGuard(dir); err != nil {
		return nil, errors.Join(fmt.Errorf("start cluster: %w", err), os.RemoveAll(dir))
	}
	defer func() {
		if err != nil {
			err = errors.Join(fmt.Errorf("start cluster: %w", err), c.Stop())
		}
	}()

	if err := c.startStore(o); err != nil {
		return nil, err
	}
	if err := c.admit(); err != nil {
		return nil, err
	}
	if o.APIOnly {
		return c, ctx.Err()
	}
	if err := c.startControllers(); err != nil {
		return nil, err
	}
	if o.Nodes > 0 {
		if err := c.startNodes(ctx, o.Nodes); err != nil {
			return nil, err
		}
	}
	return c, c.waitUsable(ctx, o.Nodes)
}

// Stop ends every program and removes the cluster's data. The audit log and Options.Logs stay. A second call does nothing.
func (c *Cluster) Stop() error {
	var errs []error
	for i := len(c.processes) - 1; i >= 0; i-- {
		errs = append(errs, c.processes[i].stop())
	}
	if c.env != nil {
		errs = append(errs, c.env.Stop(), forget(c.dir, "kube-apiserver"), forget(c.dir, "etcd"))
	}
	for _, f := range c.logFiles {
		errs = append(errs, f.Close())
	}
	errs = append(errs, c.guard.release())
	c.processes, c.env, c.logFiles = nil, nil, nil
	return errors.Join(errs...)
}
