package main

import (
	"fmt"

	"github.com/spf13/cobra"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/lotus-lake/lotus-gate/mutate/keystore"
)

func newRotateKey() *cobra.Command {
	o := defaults()
	cmd := &cobra.Command{
		Use:   "rotate-key",
		Short: "Add an installation key and make it the current one; nothing rolls out",
		Long: "rotate-key adds an installation key to Secret lotus-gate-key and makes it the current one. The leader rewrites baselines under\n" +
			"it and drops keys that no baseline uses any more. Nothing rolls out.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			live, err := connect(o)
			if err != nil {
				return err
			}
			id, err := keystore.New(keystore.Config{Client: live, Namespace: o.namespace}).Rotate(cmd.Context())
			if err != nil {
				return fmt.Errorf("rotate the installation key: %w", err)
			}
			_, err = fmt.Fprintln(cmd.OutOrStdout(), "current key:", id)
			return err
		},
	}
	o.bindCluster(cmd.Flags())
	return cmd
}

func newRotateCA() *cobra.Command {
	o := defaults()
	cmd := &cobra.Command{
		Use:   "rotate-ca",
		Short: "Add a certificate authority; it signs as soon as every API server knows it",
		Long: "rotate-ca adds a certificate authority to Secret lotus-gate-ca (--certificates own). The leader publishes both; the new one signs\n" +
			"after --ca-settle, and the old one is left when no certificate of its can be valid any more. No request fails.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			live, err := connect(o)
			if err != nil {
				return err
			}
			if err := newOwn(o, nil, live).Rotate(cmd.Context()); err != nil {
				return fmt.Errorf("rotate the certificate authority: %w", err)
			}
			return nil
		},
	}
	o.bindCluster(cmd.Flags())
	cmd.Flags().DurationVar(&o.caLife, "ca-lifetime", o.caLife, "life of the new certificate authority")
	cmd.Flags().DurationVar(&o.leafLife, "certificate-lifetime", o.leafLife, "as the webhook has it")
	return cmd
}

// connect makes a client that reads and writes without a cache.
func connect(o *options) (client.Client, error) {
	if err := o.complete(); err != nil {
		return nil, usageError{err}
	}
	config, err := o.client()
	if err != nil {
		return nil, err
	}
	scheme, err := newScheme()
	if err != nil {
		return nil, err
	}
	return client.New(config, client.Options{Scheme: scheme})
}
