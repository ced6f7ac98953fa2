package main

import (
	"encoding/json"
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/lotus-lake/lotus-gate/policy"
)

func newRules() *cobra.Command {
	var flags policyFlags
	var format string
	cmd := &cobra.Command{
		Use:   "rules",
		Short: "List the rules",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			set, err := flags.loadHere(cmd.Context())
			if err != nil {
				return err
			}
			switch format {
			case "json":
				enc := json.NewEncoder(cmd.OutOrStdout())
				enc.SetIndent("", "  ")
				return enc.Encode(set.Rules())
			case "text":
				return listRules(cmd, set.Rules())
			}
			return usagef("unknown format %q: want text or json", format)
		},
	}
	flags.register(cmd)
	cmd.Flags().StringVarP(&format, "format", "o", "text", "output format: text, json")
	return cmd
}

func listRules(cmd *cobra.Command, rules []policy.Rule) error {
	table := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "RULE\tSEVERITY\tLOOKS AT\tREFUSES")
	for _, r := range rules {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", r.ID, r.Severity, r.When, r.Title)
	}
	return table.Flush()
}
