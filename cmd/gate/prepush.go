package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/lotus-lake/lotus-gate/validate/check"
)

func newPrePush() *cobra.Command {
	var flags judgeFlags
	cmd := &cobra.Command{
		Use:   "pre-push [REMOTE [URL]]",
		Short: "Judge what is about to be pushed, as git's pre-push hook",
		Long: "pre-push reads \"<local ref> <new> <remote ref> <old>\" lines on standard input, as git gives them to this hook, and judges what the remote\n" +
			"does not have yet as its own hook would. What it has is told by the remote-tracking branches: fetch, and they are current.\n" +
			"Configuration comes from --config, or from the remote's default branch.",
		Example: "  gate hook install --pre-push",
		Args:    cobra.MaximumNArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			git, err := openRepo(".")
			if err != nil {
				return err
			}
			defer git.Close()
			updates, err := check.ReadOutgoing(cmd.InOrStdin())
			if err != nil {
				return usagef("read standard input: %w", err)
			}
			remote := "origin"
			if len(args) > 0 {
				remote = args[0]
			}
			base, err := check.RemoteBranch(git, remote)
			if err != nil {
				return err
			}
			settings, err := flags.loadConfig(func() ([]byte, error) { return configAt(git, base) })
			if err != nil {
				return err
			}
			own, err := policiesAt(git, base, settings.Policies)
			if err != nil {
				return err
			}
			checker, err := flags.checker(settings, own)
			if err != nil {
				return err
			}
			return flags.report(cmd, checker, sourceOf(git, "."), func(ctx context.Context) (check.Result, error) {
				return checker.Outgoing(ctx, git, remote, updates)
			})
		},
	}
	flags.register(cmd)
	return cmd
}
