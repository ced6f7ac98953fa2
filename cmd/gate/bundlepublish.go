package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lotus-lake/lotus-gate/policy/bundle"
	"github.com/lotus-lake/lotus-gate/policy/remote"
	"github.com/lotus-lake/lotus-gate/validate/report"
)

// get reads a file, or fetches what a reference stands for now, and checks it.
func (f *trustFlags) get(ctx context.Context, name string) (*bundle.Bundle, []byte, error) {
	trust, err := f.trust()
	if err != nil {
		return nil, nil, err
	}
	archive, err := f.archive(ctx, name)
	if err != nil {
		return nil, nil, err
	}
	b, err := openArchive(name, archive, trust)
	return b, archive, err
}

func (f *trustFlags) archive(ctx context.Context, name string) ([]byte, error) {
	if !remote.IsRef(name) {
		archive, err := readArchive(name)
		if err != nil {
			err = usageError{err}
		}
		return archive, err
	}
	ref, err := remote.ParseRef(name)
	if err != nil {
		return nil, usageError{err}
	}
	client, err := f.client()
	if err != nil {
		return nil, err
	}
	fetched, err := client.Fetch(ctx, ref, "")
	return fetched.Archive, err
}

func newBundleVerify() *cobra.Command {
	var trust trustFlags
	cmd := &cobra.Command{
		Use:     "verify FILE|REF",
		Short:   "Tell whether a bundle may be used: exit 0, or 1 with the reason",
		Example: "  gate bundle verify bundle.tar.gz --bundle-key lake-2026=key.pub",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			b, _, err := trust.get(cmd.Context(), args[0])
			var refused *bundle.RefusedError
			if errors.As(err, &refused) {
				fmt.Fprintf(cmd.ErrOrStderr(), "gate: %s\n", report.Visible(err.Error()))
				return exit(report.ExitFindings)
			}
			if err != nil {
				return err
			}
			return tell(cmd, args[0], b)
		},
	}
	trust.register(cmd)
	return cmd
}

func newBundlePush() *cobra.Command {
	var trust trustFlags
	cmd := &cobra.Command{
		Use:     "push FILE REF",
		Short:   "Publish a bundle in a registry, on a web server or in git",
		Long:    "push publishes a bundle at " + remote.Forms + ".\nIn git it is committed to the branch: as a file when PATH ends in .tar.gz, else unpacked.",
		Example: "  gate bundle push bundle.tar.gz oci://registry.example.org/lake/policies:stable",
		Args:    cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			ref, err := remote.ParseRef(args[1])
			if err != nil {
				return usageError{err}
			}
			wanted, err := trust.trust()
			if err != nil {
				return err
			}
			archive, err := readArchive(args[0])
			if err != nil {
				return usageError{err}
			}
			if len(wanted.Keys) == 0 {
				wanted.Unsigned = true // nobody is asked to check it here
			}
			b, err := openArchive(args[0], archive, wanted)
			if err != nil {
				return err
			}
			if !b.Signed && !trust.unsigned {
				return usagef("%s is not signed, and would be refused where it is used: `gate bundle sign` it, or give --bundle-unsigned", args[0])
			}
			client, err := trust.client()
			if err != nil {
				return err
			}
			published, err := client.Push(cmd.Context(), ref, archive, b.Revision)
			if err != nil {
				return err
			}
			_, err = fmt.Fprintln(cmd.OutOrStdout(), strings.TrimSpace(fmt.Sprintf("%s: published revision %s %s", ref, report.Visible(b.Revision), published)))
			return err
		},
	}
	trust.register(cmd)
	return cmd
}

func newBundlePull() *cobra.Command {
	var trust trustFlags
	var output string
	cmd := &cobra.Command{
		Use:     "pull REF",
		Short:   "Fetch a bundle and write it, when it may be used",
		Example: "  gate bundle pull oci://registry.example.org/lake/policies:stable --bundle-key lake-2026=key.pub --output /etc/gate/bundle.tar.gz",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			b, archive, err := trust.get(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			if err := replaceFile(filepath.Dir(output), filepath.Base(output), archive); err != nil {
				return usagef("write bundle: %w", err)
			}
			return tell(cmd, output, b)
		},
	}
	trust.register(cmd)
	cmd.Flags().StringVar(&output, "output", "bundle.tar.gz", "file to write; it is left alone when the bundle may not be used")
	return cmd
}
