package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"
)

// Exit codes: 0 ended as it was told to, 1 it could not go on, 2 wrong usage or
// configuration.
const (
	exitFailed = 1
	exitUsage  = 2
)

// usageError is a mistake in the arguments or the configuration.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

func usagef(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// run is the whole command; it returns the exit code.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	root := newRoot(stderr)
	root.SetArgs(args)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return 0
	}
	fmt.Fprintln(stderr, "webhook:", err)
	var usage usageError
	if errors.As(err, &usage) {
		return exitUsage
	}
	return exitFailed
}

func newRoot(stderr io.Writer) *cobra.Command {
	o := defaults()
	root := &cobra.Command{
		Use:   "webhook",
		Short: "Validate and mutate in a cluster",
		Long: "webhook answers the API server's admission requests with the rules that the gate applies to git, rolls workloads out when a\n" +
			"Secret of theirs changes, and has stuck Terraform objects reconcile. Without arguments it runs in a cluster.",
		SilenceUsage:  true,
		SilenceErrors: true,
		Args:          cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := o.complete(); err != nil {
				return usageError{err}
			}
			config, err := readConfig(o.config)
			if err != nil {
				return usageError{err}
			}
			log, err := newLogger(stderr, o.logLevel)
			if err != nil {
				return usageError{err}
			}
			return serve(cmd.Context(), o, config, log)
		},
	}
	o.bind(root.Flags())
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return usagef("%w (see `%s --help`)", err, cmd.CommandPath())
	})
	root.AddCommand(newRotateKey(), newRotateCA(), newVersion())
	for _, cmd := range append(root.Commands(), root) {
		check := cmd.Args
		cmd.Args = func(cmd *cobra.Command, args []string) error {
			if err := check(cmd, args); err != nil {
				return usagef("%w (see `%s --help`)", err, cmd.CommandPath())
			}
			return nil
		}
	}
	return root
}
