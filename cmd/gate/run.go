package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lotus-lake/lotus-gate/policy"
	"github.com/lotus-lake/lotus-gate/validate/check"
	"github.com/lotus-lake/lotus-gate/validate/report"
)

// Exit codes: 0 clean, 1 findings at or above the failing severity, 2 wrong
// usage or configuration, 3 could not decide.
const exitUsage = 2

// exit carries a verdict out of a command that has already said everything.
type exit int

func (e exit) Error() string { return fmt.Sprintf("exit %d", int(e)) }

// usageError is a mistake in the arguments or the configuration.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

func usagef(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// run is the whole command; it returns the exit code.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	root := newRoot()
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	var verdict exit
	switch {
	case err == nil:
		return report.ExitClean
	case errors.As(err, &verdict):
		return int(verdict)
	}
	var usage usageError
	var load *policy.LoadError
	text := report.Visible(err.Error())
	if errors.As(err, &load) { // a compiler's errors have lines and indentation
		text = report.VisibleLines(expand(err.Error()))
	}
	fmt.Fprintln(stderr, "gate:", text)
	var config *check.ConfigError
	if errors.As(err, &usage) || errors.As(err, &load) || errors.As(err, &config) {
		return exitUsage
	}
	return report.ExitUndecided
}

func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:           "gate",
		Short:         "Judge a lake repository with Rego policies",
		Long:          "gate judges a GitOps lake repository (Terraform, Airbyte stream configs, manifests) in the working tree, in CI and as a git pre-receive hook.",
		SilenceUsage:  true,
		SilenceErrors: true,
		Args:          cobra.NoArgs,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SetFlagErrorFunc(usage)
	root.AddCommand(
		newCheck(), newPreReceive(), newPrePush(), newHook(), newNotify(), newStatus(), newPlan(), newAudit(), newCatalog(), newFix(), newInput(), newRules(), newExplain(), newPolicy(), newBundle(), newWaive(), newWaivers(), newVersion(),
	)
	root.AddCommand(extra()...)
	mindUsage(root)
	return root
}

// mindUsage has wrong arguments of a command and of those below it told as such.
func mindUsage(cmd *cobra.Command) {
	if cmd.Args != nil {
		check := cmd.Args
		cmd.Args = func(cmd *cobra.Command, args []string) error {
			return usage(cmd, check(cmd, args))
		}
	}
	// cobra looks at groups of flags after this, and its error would not
	// be known for one of usage.
	cmd.PreRunE = func(cmd *cobra.Command, _ []string) error {
		return usage(cmd, cmd.ValidateFlagGroups())
	}
	for _, sub := range cmd.Commands() {
		mindUsage(sub)
	}
}

// all lists a command and everything below it.
func all(root *cobra.Command) []*cobra.Command {
	list := []*cobra.Command{root}
	for _, cmd := range root.Commands() {
		list = append(list, all(cmd)...)
	}
	return list
}

// usage says where the right usage stands.
func usage(cmd *cobra.Command, err error) error {
	if err == nil {
		return nil
	}
	return usagef("%w (see `%s --help`)", err, cmd.CommandPath())
}

// expand makes tabs spaces, which are shown as they are.
func expand(text string) string { return strings.ReplaceAll(text, "\t", "    ") }
