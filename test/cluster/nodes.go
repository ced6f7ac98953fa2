package cluster

import (
	"context"
	_ "embed"
	"fmt"
	"os"
	"path/filepath"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// NotReady is the annotation of a pod that stays pending on its fake node, whatever its value.
const NotReady = "test.lotus-gate/not-ready"

// stages tells kwok how nodes and pods come to life and go.
//
//go:embed stages.yaml
var stages []byte

// startNodes runs the scheduler and a fake kubelet for every node, and creates the nodes fake-0, fake-1 and so on.
func (c *Cluster) startNodes(ctx context.Context, count int) error {
	kubeconfig, err := c.KubeconfigFor("system:kube-scheduler")
	if err != nil {
		return err
	}
	if err := c.run(
		"kube-scheduler",
		"--kubeconfig="+kubeconfig,
		"--leader-elect=false",
		"--secure-port=0",
		"--kube-api-qps=1000",
		"--kube-api-burst=2000",
	); err != nil {
		return err
	}
	config := filepath.Join(c.dir, "stages.yaml")
	if err := os.WriteFile(config, stages, 0o600); err != nil {
		return fmt.Errorf("write stages: %w", err)
	}
	if err := c.run(
		"kwok",
		"--kubeconfig="+c.kubeconfig,
		"--config="+config,
		"--manage-all-nodes=true",
		"--node-lease-duration-seconds=40", // without leases the nodes would be taken for dead after 50 s
		"--cidr=10.128.0.0/16",
	); err != nil {
		return err
	}
	for i := range count {
		name := fmt.Sprintf("fake-%d", i)
		node := &corev1.Node{ObjectMeta: metav1.ObjectMeta{
			Name:   name,
			Labels: map[string]string{corev1.LabelHostname: name, corev1.LabelOSStable: "linux", corev1.LabelArchStable: "amd64"},
		}}
		if err := c.client.Create(ctx, node); err != nil {
			return fmt.Errorf("create node: %w", err)
		}
	}
	return nil
}
