package cluster

import (
	"context"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

const pollEvery = 50 * time.Millisecond

// wait asks until the answer is yes; a no comes with the reason. It fails when ctx ends, with the last reason, or when a program of the cluster
// has ended.
func (c *Cluster) wait(ctx context.Context, what string, ready func() (bool, error)) error {
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	for {
		ok, err := ready()
		if ok {
			return nil
		}
		if err := c.ended(); err != nil {
			return fmt.Errorf("wait for %s: %w", what, err)
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait for %s: %w (last: %w)", what, context.Cause(ctx), err)
		case <-tick.C:
		}
	}
}

// waitUsable returns when pods can be created in the default namespace and, where there are nodes, run.
func (c *Cluster) waitUsable(ctx context.Context, nodes int) error {
	account := &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Namespace: metav1.NamespaceDefault, Name: "default"}}
	if err := c.wait(ctx, "the default service account", func() (bool, error) { return c.exists(ctx, account) }); err != nil {
		return err
	}
	if nodes == 0 {
		return nil
	}
	return c.wait(ctx, "nodes", func() (bool, error) {
		var list corev1.NodeList
		if err := c.client.List(ctx, &list); err != nil {
			return false, err
		}
		ready := 0
		for _, node := range list.Items {
			if schedulable(node) {
				ready++
			}
		}
		return ready == nodes, fmt.Errorf("%d of %d are ready", ready, nodes)
	})
}

// schedulable says whether a node is ready and the controllers know it.
func schedulable(node corev1.Node) bool {
	if len(node.Spec.Taints) > 0 {
		return false
	}
	for _, condition := range node.Status.Conditions {
		if condition.Type == corev1.NodeReady {
			return condition.Status == corev1.ConditionTrue
		}
	}
	return false
}

func defaultNamespace() client.Object {
	return &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: metav1.NamespaceDefault}}
}
