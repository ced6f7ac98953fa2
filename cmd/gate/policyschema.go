package main

import (
	"fmt"
	"os"
	"path/filepath"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/lotus-lake/lotus-gate/validate/schema"
)

func newPolicySchema() *cobra.Command {
	var flags policyFlags
	var dir string
	cmd := &cobra.Command{
		Use:   "schema [NAME]",
		Short: "Print a JSON Schema of what the gate reads or writes, for editors",
		Long: "schema lists the published JSON Schemas, prints one, or writes all of them into a directory. That of the configuration knows\n" +
			"the ids and parameters of the rules, those of --policy included.",
		Example: "  gate policy schema\n  gate policy schema config --policy my-rules\n  gate policy schema --write .vscode/lotus-gate",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			set, err := flags.loadHere(cmd.Context())
			if err != nil {
				return err
			}
			all, err := schema.All(set.Rules())
			if err != nil {
				return err
			}
			switch {
			case dir != "":
				return writeSchemas(all, dir)
			case len(args) == 0:
				return listSchemas(cmd, all)
			}
			for _, s := range all {
				if s.Name == args[0] {
					_, err := cmd.OutOrStdout().Write(s.Text)
					return err
				}
			}
			return usagef("no schema is called %q: `gate policy schema` lists them", args[0])
		},
	}
	flags.register(cmd)
	cmd.Flags().StringVar(&dir, "write", "", "write all schemas into a directory")
	return cmd
}

func listSchemas(cmd *cobra.Command, all []schema.Schema) error {
	table := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "NAME\tDESCRIBES")
	for _, s := range all {
		fmt.Fprintf(table, "%s\t%s\n", s.Name, s.About)
	}
	return table.Flush()
}

func writeSchemas(all []schema.Schema, dir string) error {
	for _, s := range all {
		path := filepath.Join(dir, filepath.FromSlash(s.File()))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return usageError{err}
		}
		if err := os.WriteFile(path, s.Text, 0o644); err != nil {
			return usageError{err}
		}
	}
	return nil
}
