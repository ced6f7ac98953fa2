package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lotus-lake/lotus-gate/validate/report"
)

// gitHook is a hook of git that the gate can be, and the command that it runs.
type gitHook struct{ name, command string }

var gitHooks = []gitHook{
	{"pre-commit", "check --staged --quiet"},
	{"pre-push", `pre-push "$@"`},
	{"pre-receive", "pre-receive"},
}

func newHook() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "hook",
		Short: "Make the gate a hook of a repository, or take it away again",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newHookInstall(), newHookUninstall())
	return cmd
}

func newHookInstall() *cobra.Command {
	var flags hookFlags
	cmd := &cobra.Command{
		Use:   "install [REPOSITORY]",
		Short: "Write the gate's hooks; a hook that is there already stays as it is",
		Long: "install writes hooks that run the gate: pre-commit, or pre-receive in a bare repository, unless flags name others. They go where git\n" +
			"looks for them: the repository's own hooks, which all its worktrees share, or what core.hooksPath names in it.\n\n" +
			"A hook that is there already is never changed. When it runs what lies in a directory of its name with .d, as those of Gitea, Forgejo\n" +
			"and GitLab do, the gate is put there; otherwise install says which line to add to it.",
		Example: "  gate hook install\n  gate hook install --pre-commit --pre-push\n  gate hook install --pre-receive /srv/git/lake.git\n" +
			"  gate hook install --pre-receive --dir /etc/git/hooks",
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return flags.each(cmd, args, installHook)
		},
	}
	flags.register(cmd)
	return cmd
}

func newHookUninstall() *cobra.Command {
	var flags hookFlags
	cmd := &cobra.Command{
		Use:   "uninstall [REPOSITORY]",
		Short: "Remove the hooks that install wrote, and no others",
		Args:  cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(flags.chosen()) == 0 {
				flags.all = true
			}
			return flags.each(cmd, args, uninstallHook)
		},
	}
	flags.register(cmd)
	return cmd
}

// hookFlags choose hooks and where they go.
type hookFlags struct {
	preCommit, prePush, preReceive, all bool
	dir                                 string
}

func (f *hookFlags) register(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&f.preCommit, "pre-commit", false, "judge what is staged, before each commit")
	cmd.Flags().BoolVar(&f.prePush, "pre-push", false, "judge what is about to be pushed")
	cmd.Flags().BoolVar(&f.preReceive, "pre-receive", false, "judge what is pushed to this repository")
	cmd.Flags().StringVar(&f.dir, "dir", "", "hooks directory, in the place of the repository's")
}

func (f *hookFlags) chosen() []gitHook {
	var list []gitHook
	for _, hook := range gitHooks {
		if f.all || f.preCommit && hook.name == "pre-commit" || f.prePush && hook.name == "pre-push" || f.preReceive && hook.name == "pre-receive" {
			list = append(list, hook)
		}
	}
	return list
}

// each does something to all chosen hooks, tells what became of them, and fails when
// it could not be done for one.
func (f *hookFlags) each(cmd *cobra.Command, args []string, do func(hookPlace, gitHook) (string, error)) error {
	repository := "."
	if len(args) == 1 {
		repository = args[0]
	}
	place, err := findHooks(cmd.Context(), repository, f.dir)
	if err != nil {
		return err
	}
	hooks := f.chosen()
	if len(hooks) == 0 {
		hooks = []gitHook{gitHooks[0]}
		if place.bare {
			hooks = []gitHook{gitHooks[2]}
		}
	}
	for _, hook := range hooks {
		if hook.name != "pre-receive" && place.bare && !f.all {
			return usagef("%s is a bare repository: git runs no %s in it", repository, hook.name)
		}
		said, err := do(place, hook)
		var taken takenError
		if errors.As(err, &taken) {
			fmt.Fprintf(cmd.ErrOrStderr(), "gate: %s:\n  %s\n", report.Visible(taken.Error()), report.Visible(taken.line))
			return exit(exitUsage)
		} else if err != nil {
			return err
		}
		if said = strings.TrimSpace(said); said != "" {
			fmt.Fprintln(cmd.OutOrStdout(), said)
		}
	}
	return nil
}
