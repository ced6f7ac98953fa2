package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/lotus-lake/lotus-gate/policy"
	"github.com/lotus-lake/lotus-gate/policy/bundle"
	"github.com/lotus-lake/lotus-gate/policy/rules"
	"github.com/lotus-lake/lotus-gate/validate/report"
)

func newBundle() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "bundle",
		Short: "Build, sign, publish and compare policy bundles",
		Long: "bundle makes OPA bundles of policy directories, the same bytes for the same files, signs them, and carries them to and from OCI registries,\n" +
			"web servers and git. The gate (--bundle) and the webhook use the same ones. docs/distribution.md has the steps.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newBundleBuild(), newBundleSign(), newBundleVerify(), newBundlePush(), newBundlePull(), newBundleDiff())
	return cmd
}

// signFlags name a private key.
type signFlags struct{ key, id, scope, algorithm string }

func (f *signFlags) register(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.key, "key", "", "file with the private key to sign with, in PEM: Ed25519, ECDSA or RSA")
	cmd.Flags().StringVar(&f.id, "key-id", "", "id by which those who verify know the key")
	cmd.Flags().StringVar(&f.scope, "scope", "", "what the signature is for; those who verify have to want the same")
	cmd.Flags().StringVar(&f.algorithm, "algorithm", "", "EdDSA, ES256, RS256, PS256, … (default: the usual one for the key)")
}

func (f *signFlags) sign(archive []byte) ([]byte, error) {
	text, err := readKey(f.key)
	if err != nil {
		return nil, usagef("--key: %w", err)
	}
	key, err := bundle.ParseSigningKey(f.id, f.scope, f.algorithm, text)
	if err != nil {
		return nil, usageError{err}
	}
	return bundle.Sign(archive, key)
}

func newBundleBuild() *cobra.Command {
	var options struct {
		signFlags
		output, revision string
		noBuiltin        bool
		allowed          []string
	}
	cmd := &cobra.Command{
		Use:     "build DIR...",
		Short:   "Make a bundle of policy directories",
		Long:    "build checks the rules as `gate check --policy` does, runs their tests, and writes rules, helpers, tests, examples and data.json with an index.",
		Example: "  gate bundle build policies/ --key key.pem --key-id lake-2026",
		Args:    cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, dirs []string) error {
			build := bundle.BuildOptions{Embedded: rules.FS, Revision: options.revision, Allowed: options.allowed}
			if options.noBuiltin {
				build.Embedded = nil
			}
			for _, dir := range dirs {
				if info, err := os.Stat(dir); err != nil {
					return usageError{err}
				} else if !info.IsDir() {
					return usagef("%s is a file: want a directory", dir)
				}
			}
			sources, err := policy.OpenPaths(dirs)
			if err != nil {
				return err
			}
			archive, err := bundle.Build(cmd.Context(), sources, build)
			if err != nil {
				return err
			}
			if options.key != "" {
				if archive, err = options.sign(archive); err != nil {
					return err
				}
			}
			return writeArchive(cmd, options.output, archive)
		},
	}
	options.register(cmd)
	cmd.MarkFlagsRequiredTogether("key", "key-id")
	cmd.Flags().StringVar(&options.output, "output", "bundle.tar.gz", "file to write")
	cmd.Flags().StringVar(&options.revision, "revision", "", "revision that the bundle names (default: made of its content)")
	cmd.Flags().BoolVar(&options.noBuiltin, "no-builtin", false, "the rules use nothing of the shipped ones, and may be named like them")
	cmd.Flags().StringSliceVar(&options.allowed, "allow-builtin", nil, allowUsage)
	return cmd
}

func newBundleSign() *cobra.Command {
	var options struct {
		signFlags
		output string
	}
	cmd := &cobra.Command{
		Use:     "sign FILE",
		Short:   "Sign a bundle, in place of any signature that it has",
		Example: "  gate bundle sign bundle.tar.gz --key key.pem --key-id lake-2026 --scope production",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			archive, err := readArchive(args[0])
			if err != nil {
				return usageError{err}
			}
			if archive, err = options.sign(archive); err != nil {
				return refusal(args[0], err)
			}
			if options.output == "" {
				options.output = args[0]
			}
			return writeArchive(cmd, options.output, archive)
		},
	}
	options.register(cmd)
	for _, name := range []string{"key", "key-id"} {
		_ = cmd.MarkFlagRequired(name) // it has that flag
	}
	cmd.Flags().StringVar(&options.output, "output", "", "file to write (default: FILE)")
	return cmd
}

// writeArchive writes a bundle whole and says what it is.
func writeArchive(cmd *cobra.Command, name string, archive []byte) error {
	if err := replaceFile(filepath.Dir(name), filepath.Base(name), archive); err != nil {
		return usagef("write bundle: %w", err)
	}
	b, err := bundle.Open(archive, bundle.Trust{Unsigned: true})
	if err != nil {
		return refusal(name, err)
	}
	return tell(cmd, name, b)
}

// tell says in a line what a bundle is.
func tell(cmd *cobra.Command, name string, b *bundle.Bundle) error {
	signed := "not signed"
	switch {
	case b.Signer.Scope != "":
		signed = fmt.Sprintf("signed with key %q for scope %q", b.Signer.KeyID, b.Signer.Scope)
	case b.Signer.KeyID != "":
		signed = fmt.Sprintf("signed with key %q", b.Signer.KeyID)
	case b.Signed:
		signed = "signed, not verified"
	}
	files, _ := b.Sizes()
	_, err := fmt.Fprintf(cmd.OutOrStdout(), "%s: revision %s, %d Rego files, %s, %s\n", report.Visible(name), report.Visible(b.Revision), files, signed, b.Digest)
	return err
}
