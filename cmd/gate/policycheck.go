package main

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/spf13/cobra"

	"github.com/lotus-lake/lotus-gate/policy/author"
	"github.com/lotus-lake/lotus-gate/policy/rules"
	"github.com/lotus-lake/lotus-gate/validate/config"
	"github.com/lotus-lake/lotus-gate/validate/report"
)

func newPolicyCheck() *cobra.Command {
	var configFile, format string
	var data []string
	cmd := &cobra.Command{
		Use:   "check [PATH...]",
		Short: "Find what is wrong with rules, and what would never fire",
		Long: "check compiles rules and tests strictly against the schemas of their documents, and finds what would load and do nothing: misspelt fields, ids and parameters,\n" +
			"METADATA that is missing, conditions that never hold, rules, packages and data that nothing reads. PATH is a directory of rules (default: " + author.DefaultDir + ").\n" +
			"The ids in " + config.File + " are checked too when it is in the current directory. Exit codes: 0 nothing found, 1 problems, 2 wrong usage.",
		RunE: func(cmd *cobra.Command, args []string) error {
			paths, err := policyPaths(args)
			if err != nil {
				return err
			}
			if format != "text" && format != "json" {
				return usagef("unknown format %q: want text or json", format)
			}
			checks := author.Checks{Embedded: rules.FS, Paths: paths}
			if checks.Data, err = readData(data); err != nil {
				return err
			}
			if checks.Config, checks.ConfigText, err = readConfig(configFile); err != nil {
				return err
			}
			problems, err := author.Check(cmd.Context(), checks)
			if err != nil {
				return err
			}
			if err := writeProblems(cmd.OutOrStdout(), format, problems); err != nil {
				return err
			}
			if len(problems) > 0 {
				return exit(report.ExitFindings)
			}
			return nil
		},
	}
	flags := cmd.Flags()
	flags.StringVarP(&configFile, "config", "c", "", "configuration whose rule ids are checked (default: "+config.File+" when it is there)")
	flags.StringVarP(&format, "format", "o", "text", "output format: text, json")
	flags.StringArrayVarP(&data, "data", "d", nil, "JSON or YAML file that the rules are given as data (repeatable)")
	return cmd
}

// readConfig reads a named configuration, or the one that lies here.
func readConfig(name string) (string, []byte, error) {
	text, err := os.ReadFile(cmp.Or(name, config.File))
	switch {
	case name == "" && errors.Is(err, fs.ErrNotExist):
		return "", nil, nil
	case err != nil:
		return "", nil, usageError{err}
	}
	return cmp.Or(name, config.File), text, nil
}

// writeProblems writes one a line, each followed by what helps.
func writeProblems(w io.Writer, format string, problems []author.Problem) error {
	if format == "json" {
		enc := json.NewEncoder(w)
		enc.SetIndent("", "  ")
		return enc.Encode(struct {
			Problems []author.Problem `json:"problems"`
		}{append([]author.Problem{}, problems...)})
	}
	for _, p := range problems {
		if _, err := fmt.Fprintln(w, report.Visible(p.String())); err != nil {
			return err
		}
		if p.Remedy != "" {
			fmt.Fprintln(w, "  fix:", report.Visible(p.Remedy))
		}
	}
	if len(problems) == 0 {
		_, err := fmt.Fprintln(w, "checked: nothing found")
		return err
	}
	_, err := fmt.Fprintf(w, "\n%s\n", counted(len(problems), "problem"))
	return err
}

func counted(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return fmt.Sprintf("%d %s", n, what)
}
