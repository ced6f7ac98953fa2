package main

import (
	"github.com/spf13/pflag"

	"github.com/lotus-lake/lotus-gate/cmd/internal/version"
	"github.com/lotus-lake/lotus-gate/validate/kube"
)

// registerCluster has the flags by which kubectl finds a cluster too. when completes
// "as kubectl finds it" in the help.
func registerCluster(flags *pflag.FlagSet, o *kube.Options, when string) {
	o.UserAgent = version.UserAgent()
	flags.StringVar(&o.Kubeconfig, "kubeconfig", "", "kubeconfig of the cluster (default: as kubectl finds it"+when+")")
	flags.StringVar(&o.Context, "context", "", "context of the kubeconfig")
}
