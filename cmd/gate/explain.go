package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/lotus-lake/lotus-gate/policy"
	"github.com/lotus-lake/lotus-gate/validate/page"
)

func newExplain() *cobra.Command {
	var flags policyFlags
	var dir string
	cmd := &cobra.Command{
		Use:     "explain RULE",
		Short:   "Show why a rule exists, what to avoid, the remedy and examples",
		Example: "  gate explain backfill/overdue\n  gate explain --write docs/rules",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			set, err := flags.loadHere(cmd.Context())
			if err != nil {
				return err
			}
			if dir != "" {
				return writePages(set, dir)
			}
			if len(args) == 0 {
				return usagef("which rule? `gate rules` lists them")
			}
			rule, ok := set.Rule(args[0])
			if !ok {
				return usageError{set.Unknown(args[0])}
			}
			text, err := explain(set, rule)
			if err != nil {
				return err
			}
			_, err = fmt.Fprint(cmd.OutOrStdout(), text)
			return err
		},
		ValidArgsFunction: func(cmd *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
			set, err := flags.loadHere(cmd.Context())
			if err != nil {
				return nil, cobra.ShellCompDirectiveError
			}
			var ids []string
			for _, r := range set.Rules() {
				ids = append(ids, r.ID+"\t"+r.Title)
			}
			return ids, cobra.ShellCompDirectiveNoFileComp
		},
	}
	flags.register(cmd)
	cmd.Flags().StringVar(&dir, "write", "", "write the pages of all rules into a directory")
	return cmd
}

func explain(set *policy.Set, rule policy.Rule) (string, error) {
	text, err := set.Examples(rule.ID)
	if err != nil {
		return "", err
	}
	examples, err := page.Parse(text)
	if err != nil {
		return "", usagef("%s: %w", rule.ID, err)
	}
	return page.Markdown(rule, examples), nil
}

// writePages writes one page a rule and their index.
func writePages(set *policy.Set, dir string) error {
	pages, err := pagesOf(set, page.Contents(set.Rules(), "make generate"), set.Rules())
	if err != nil {
		return err
	}
	for name, text := range pages {
		if err := writePage(filepath.Join(dir, filepath.FromSlash(name)), text); err != nil {
			return err
		}
	}
	return nil
}

// pagesOf some rules by their paths, with a contents page.
func pagesOf(set *policy.Set, contents string, some []policy.Rule) (map[string]string, error) {
	pages := map[string]string{"README.md": contents}
	for _, rule := range some {
		text, err := explain(set, rule)
		if err != nil {
			return nil, err
		}
		pages[rule.ID+".md"] = text
	}
	return pages, nil
}

func writePage(file, text string) error {
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	return os.WriteFile(file, []byte(text), 0o644)
}
