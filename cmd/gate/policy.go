package main

import (
	"os"

	"github.com/spf13/cobra"

	"github.com/lotus-lake/lotus-gate/policy/author"
)

// newPolicy groups what authors of rules need.
func newPolicy() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "policy",
		Short: "Write rules: new, test, check, fmt, docs, impact, eval, repl, debug",
		Long:  "policy is for those who write rules of their own. docs/authors.md goes from nothing to a rule that refuses a push and an admission request.",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newPolicyNew(), newPolicyTest(), newPolicyCheck(), newPolicyFmt(), newPolicyDocs(), newPolicyImpact(),
		newPolicyEval(), newPolicyRepl(), newPolicyDebug(), newPolicySchema(), newPolicyCapabilities())
	return cmd
}

// policyPaths are the arguments of a command on an author's rules, or else the
// directory that `gate policy new` makes.
func policyPaths(args []string) ([]string, error) {
	if len(args) > 0 {
		return args, nil
	}
	if _, err := os.Stat(author.DefaultDir); err != nil {
		return nil, usagef("which rules? Name a directory, or make the first in %s with `gate policy new DOMAIN/RULE`", author.DefaultDir)
	}
	return []string{author.DefaultDir}, nil
}
