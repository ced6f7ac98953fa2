package main

import (
	"github.com/spf13/cobra"

	"github.com/lotus-lake/lotus-gate/validate/check"
)

func newCheck() *cobra.Command {
	var flags judgeFlags
	var what selection
	cmd := &cobra.Command{
		Use:   "check [DIR]  |  check --history [REV...]",
		Short: "Judge a working tree, the index, a range of commits or all history",
		Example: "  gate check\n  gate check --staged\n  gate check --range origin/main..HEAD --format github\n" +
			"  gate check --history",
		RunE: func(cmd *cobra.Command, args []string) error {
			return what.with(cmd.Context(), args, &flags, func(checker *check.Checker, read reader, judge judgement) error {
				return flags.report(cmd, checker, read, judge)
			})
		},
	}
	flags.register(cmd)
	what.register(cmd)
	return cmd
}
