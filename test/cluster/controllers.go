package cluster

import "path/filepath"

// startControllers runs the controller manager with all controllers that are on by default; none of them needs a cloud. Each
// has a service account of its own, as in a real cluster, so that admission sees the true users. Nothing else would ask the
// manager anything, so it serves nothing.
func (c *Cluster) startControllers() error {
	kubeconfig, err := c.KubeconfigFor("system:kube-controller-manager")
	if err != nil {
		return err
	}
	issuer, err := c.authority()
	if err != nil {
		return err
	}
	return c.run(
		"kube-controller-manager",
		"--kubeconfig="+kubeconfig,
		"--use-service-account-credentials=true",
		"--service-account-private-key-file="+filepath.Join(c.dir, "certs", "sa-signer.key"),
		"--root-ca-file="+issuer,
		"--leader-elect=false",
		"--secure-port=0",
		"--kube-api-qps=1000",
		"--kube-api-burst=2000",
		"--controller-shutdown-timeout=1s",
	)
}
