package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/lotus-lake/lotus-gate/policy/author"
	"github.com/lotus-lake/lotus-gate/validate/report"
)

func newPolicyFmt() *cobra.Command {
	var check, diff bool
	cmd := &cobra.Command{
		Use:   "fmt [PATH...]",
		Short: "Write Rego files as opa fmt does",
		Long:  "fmt writes the Rego files under PATH (default: " + author.DefaultDir + ") anew where opa fmt would, and names them. With --check or --diff it writes nothing, and ends with 1 when there is something to write.",
		RunE: func(cmd *cobra.Command, args []string) error {
			paths, err := policyPaths(args)
			if err != nil {
				return err
			}
			changed, err := author.Format(paths)
			if err != nil {
				return err
			}
			for _, file := range changed {
				text := report.Visible(file.Path)
				if diff {
					text = report.VisibleLines(expand(string(file.Diff)))
				}
				fmt.Fprintln(cmd.OutOrStdout(), text)
				if check || diff {
					continue
				}
				if err := file.Write(); err != nil {
					return fmt.Errorf("write %s: %w", file.Path, err)
				}
			}
			if len(changed) > 0 && (check || diff) {
				return exit(report.ExitFindings)
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&check, "check", false, "name the files and write nothing")
	cmd.Flags().BoolVar(&diff, "diff", false, "show what would change and write nothing")
	return cmd
}
