package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lotus-lake/lotus-gate/policy"
	"github.com/lotus-lake/lotus-gate/validate/check"
	"github.com/lotus-lake/lotus-gate/validate/config"
	"github.com/lotus-lake/lotus-gate/validate/repo"
	"github.com/lotus-lake/lotus-gate/validate/report"
)

func newPreReceive() *cobra.Command {
	flags := judgeFlags{judged: "a push", hook: true}
	cmd := &cobra.Command{
		Use:   "pre-receive",
		Short: "Judge a push, as git's pre-receive hook",
		Long: "pre-receive reads \"<old> <new> <ref>\" lines on standard input, as git runs it in the repository that receives a push.\n" +
			"Configuration, waivers and the repository's own rules come from the default branch as it was before the push, the first two rather from --config: a push cannot waive itself.",
		Example: "  printf '#!/bin/sh\\nexec gate pre-receive\\n' > repo.git/hooks/pre-receive && chmod +x repo.git/hooks/pre-receive",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			git, err := repo.Open(".", os.Getenv)
			if err != nil {
				return err
			}
			defer git.Close()
			updates, err := check.ReadUpdates(cmd.InOrStdin())
			if err != nil {
				return usagef("read standard input: %w", err)
			}
			checker, err := pushChecker(cmd, git, &flags)
			if err != nil {
				return err
			}
			return flags.report(cmd, checker, sourceOf(git, "."), func(ctx context.Context) (check.Result, error) {
				return checker.Push(ctx, git, updates)
			})
		},
	}
	flags.register(cmd)
	return cmd
}

// pushChecker judges with the configuration and the rules of the default branch.
// When they cannot be used, the defaults stand in for them, so that a push can mend
// that; who may change them is still for those to say who could before.
func pushChecker(cmd *cobra.Command, git *repo.Repo, flags *judgeFlags) (*check.Checker, error) {
	base, err := check.DefaultBranch(git)
	if err != nil {
		return nil, err
	}
	var data []byte
	settings, err := flags.loadConfig(func() (_ []byte, err error) {
		if base.IsZero() {
			warnOfHead(cmd, git)
		}
		data, err = configAt(git, base)
		return data, err
	})
	var own []policy.Files
	if err == nil {
		own, err = policiesAt(git, base, settings.Policies)
	}
	var checker *check.Checker
	if err == nil {
		checker, err = flags.checker(settings, own)
	}
	if err == nil || flags.config != "" {
		return checker, err
	}
	standIn, lost := config.Salvage(config.File, data)
	if lost != nil {
		return nil, usagef("on the default branch %w; who may mend it cannot be read either: that takes --config on the server", err)
	}
	if flags.failOn != "" {
		standIn.FailOn = flags.failOn
	}
	checker, other := flags.checker(standIn, nil)
	var wrong usageError
	var unfit *policy.LoadError // a rule or parameter that does not exist, or a broken rule
	if other != nil || !errors.As(err, &wrong) && !errors.As(err, &unfit) {
		return nil, err
	}
	fmt.Fprintf(cmd.ErrOrStderr(), "gate: warning: on the default branch %s; only a push that mends it is let through\n", report.Visible(err.Error()))
	checker.BrokenConfig = true
	return checker, nil
}

// warnOfHead tells that a repository with branches has a HEAD that names none of
// them, so that nobody's configuration is read.
func warnOfHead(cmd *cobra.Command, git *repo.Repo) {
	refs, err := git.RefTips()
	if err == nil && slices.ContainsFunc(refs, func(r repo.Ref) bool { return strings.HasPrefix(r.Name, "refs/heads/") }) {
		fmt.Fprintln(cmd.ErrOrStderr(), "gate: warning: HEAD of this repository names a branch that does not exist, so no "+config.File+
			" is read; `git symbolic-ref HEAD refs/heads/BRANCH` in it mends that")
	}
}
