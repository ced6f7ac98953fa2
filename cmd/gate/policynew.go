package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lotus-lake/lotus-gate/policy"
	"github.com/lotus-lake/lotus-gate/policy/author"
	"github.com/lotus-lake/lotus-gate/policy/rules"
)

func newPolicyNew() *cobra.Command {
	var dir, kind string
	cmd := &cobra.Command{
		Use:     "new DOMAIN/RULE",
		Short:   "Make a rule with its test and its examples, all passing",
		Long:    "new makes DIR/DOMAIN/RULE with a rule, its test and its examples. They pass as they are: change them step by step, with `gate policy test --watch` beside.",
		Example: "  gate policy new lake/no_owner\n  gate policy new lake/full_refresh --kind stream",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			written, err := author.New(rules.FS, dir, args[0], kind)
			if err != nil {
				return err
			}
			out := cmd.OutOrStdout()
			for _, name := range written {
				fmt.Fprintln(out, name)
			}
			at := ""
			if dir != author.DefaultDir {
				at = " " + dir
			}
			_, err = fmt.Fprintf(out, "\nnext: edit them, and run `gate policy test%s`, `gate policy check%s`, `gate check --policy %s`\n", at, at, dir)
			return err
		},
	}
	cmd.Flags().StringVarP(&dir, "policy", "p", author.DefaultDir, "directory of your rules")
	cmd.Flags().StringVarP(&kind, "kind", "k", author.DefaultKind, "documents that it judges: "+strings.Join(policy.Kinds(), ", "))
	mustComplete(cmd, "kind", policy.Kinds())
	return cmd
}
