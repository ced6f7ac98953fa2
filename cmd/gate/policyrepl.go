package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/lotus-lake/lotus-gate/policy/inspect"
)

func newPolicyRepl() *cobra.Command {
	var flags lookFlags
	cmd := &cobra.Command{
		Use:   "repl [DIR]  |  repl --history [REV...]",
		Short: "Try queries by hand on the documents of a repository",
		Long: "repl is OPA's shell with all rules loaded. The documents that check would judge with the same arguments are data.documents;\n" +
			"input is the first of them: choose it by --kind and --path, or write `QUERY with input as data.documents[N]`. `help` lists the shell's commands.",
		Example: "  gate policy repl --kind stream\n  echo 'data.stream.missing_key.deny' | gate policy repl --path orchestration/dag/streams/shopify/orders.json",
		RunE: func(cmd *cobra.Command, args []string) error {
			found, err := flags.look(cmd.Context(), args)
			if err != nil {
				return err
			}
			if found.undecided != nil {
				fmt.Fprintln(cmd.ErrOrStderr(), "gate: no documents of some files:", found.undecided)
			}
			return found.lab.Repl(cmd.Context(), inspect.Session{
				Documents: found.documents, In: cmd.InOrStdin(), Out: cmd.OutOrStdout(), Err: cmd.ErrOrStderr(), Banner: found.banner(),
			})
		},
	}
	flags.register(cmd)
	return cmd
}

func (l look) banner() string {
	if len(l.documents) == 0 {
		return "no documents"
	}
	return fmt.Sprintf("%s in data.documents; input is the first: %s %s", counted(len(l.documents), "document"), l.documents[0].Kind, l.documents[0].Path)
}
