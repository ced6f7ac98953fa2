package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/lotus-lake/lotus-gate/validate/delivery"
	"github.com/lotus-lake/lotus-gate/validate/kube"
	"github.com/lotus-lake/lotus-gate/validate/repo"
	"github.com/lotus-lake/lotus-gate/validate/report"
)

// deliveryFlags say where pushes are followed to.
type deliveryFlags struct {
	kube.Options
	allNamespaces bool
	source        string
	dir           string
}

func (f *deliveryFlags) register(cmd *cobra.Command) {
	flags := cmd.Flags()
	registerCluster(flags, &f.Options, "")
	f.Timeout = 10 * time.Second
	flags.StringVarP(&f.Namespace, "namespace", "n", "", "namespace of the Terraform objects (default: that of the context)")
	flags.BoolVarP(&f.allNamespaces, "all-namespaces", "A", false, "Terraform objects of all namespaces")
	flags.StringVar(&f.source, "source", "", "name of the one source that counts (default: all that Terraform objects have and that serve this repository)")
	flags.StringVar(&f.dir, "dir", ".", "directory in the repository")
	cmd.MarkFlagsMutuallyExclusive("namespace", "all-namespaces")
}

// open is the cluster; its errors are mistakes of whoever calls.
func (f *deliveryFlags) open() (*delivery.Cluster, error) {
	client, err := kube.Open(f.Options)
	if err != nil {
		return nil, usageError{err}
	}
	c := &delivery.Cluster{Client: client, Namespace: client.Namespace, Source: f.source, Now: time.Now}
	if f.allNamespaces {
		c.Namespace = ""
	}
	return c, nil
}

// where reads as in "no Terraform object ___".
func where(c *delivery.Cluster) string {
	if c.Namespace == "" {
		return "in any namespace"
	}
	return "in namespace " + c.Namespace
}

// explained adds to an error what whoever reads it can do about it.
func explained(c *delivery.Cluster, err error) error {
	if errors.Is(err, delivery.ErrNobody) {
		return fmt.Errorf("%w %s: name theirs with --namespace, or --all-namespaces", err, where(c))
	}
	return err
}

// commits are those of a repository, for a delivery.
type commits struct {
	ctx   context.Context
	git   *repo.Repo
	whole bool
}

// history of a repository; nil is none. On its server it is whole.
func history(ctx context.Context, git *repo.Repo, whole bool) delivery.History {
	if git == nil {
		return delivery.Alone{}
	}
	return commits{ctx, git, whole}
}

// Whole is what whoever opened it says.
func (c commits) Whole() bool { return c.whole }

// Knows reports whether the repository has a commit.
func (c commits) Knows(commit string) bool {
	id, err := repo.ParseHash(commit)
	if err != nil {
		return false
	}
	kind, _, err := c.git.Kind(id)
	return err == nil && kind == repo.KindCommit
}

// Contains walks both sides, as far as it takes.
func (c commits) Contains(tip, commit string) (bool, error) {
	if tip == commit {
		return true, nil
	}
	if !c.Knows(tip) || !c.Knows(commit) {
		return false, nil
	}
	above, err := repo.ParseHash(tip)
	if err != nil {
		return false, err
	}
	below, err := repo.ParseHash(commit)
	if err != nil {
		return false, err
	}
	left, err := c.git.NewCommits(c.ctx, []repo.Hash{below}, []repo.Hash{above})
	return len(left) == 0, err
}

// bounded runs until it is done, or ctx is over and a moment more has passed: what
// holds on to a request for longer, such as a kubeconfig's credential plugin, does not
// hold up who waits for us. What was left behind ends with the process.
func bounded(ctx context.Context, limit time.Duration, do func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- do(ctx) }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
	}
	const moment = time.Second
	select {
	case err := <-done:
		return err
	case <-time.After(moment):
		return fmt.Errorf("no answer within %s", brief(limit))
	}
}

// brief writes a duration without zeroes at its end.
func brief(d time.Duration) string { return delivery.Brief(d) }

// exitOf is the verdict of legs.
func exitOf(legs []delivery.Leg) error {
	for i := range legs {
		if !legs[i].Applied {
			return exit(report.ExitFindings)
		}
	}
	return nil
}
