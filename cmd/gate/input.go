package main

import (
	"encoding/json"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/lotus-lake/lotus-gate/validate/check"
	"github.com/lotus-lake/lotus-gate/validate/repo"
)

func newInput() *cobra.Command {
	var flags judgeFlags
	var what selection
	var changes bool
	cmd := &cobra.Command{
		Use:   "input [DIR]  |  input --history [REV...]",
		Short: "Print the documents that the rules would see, as JSON",
		Long: "input takes the arguments of check and prints, instead of findings, the documents that the rules judge (docs/inputs.md).\n" +
			"With --changes it prints one line a change, \"<commit> <status> <blob> <path>\", for each parent that a commit has; paths are quoted as git does.\n" +
			"Documents hold the content of files, secrets included: mind where you paste them.",
		RunE: func(cmd *cobra.Command, args []string) error {
			if changes {
				return what.changes(cmd, args)
			}
			return what.documents(cmd, args, &flags)
		},
	}
	flags.register(cmd)
	what.register(cmd)
	cmd.Flags().BoolVar(&changes, "changes", false, "print the changes that git shows, one line each")
	return cmd
}

// documents prints what the rules would judge, in a stable order.
func (s *selection) documents(cmd *cobra.Command, args []string, flags *judgeFlags) error {
	docs, _, err := s.build(cmd.Context(), args, flags, func(*check.Checker) error { return nil })
	if err != nil {
		return err
	}
	out := make([]map[string]any, len(docs))
	for i, doc := range docs {
		out[i] = doc.Object()
	}
	enc := json.NewEncoder(cmd.OutOrStdout())
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(out)
}

// changes prints what git shows of the selected commits.
func (s *selection) changes(cmd *cobra.Command, args []string) error {
	if s.span == "" && !s.history {
		return usagef("--changes needs --range or --history")
	}
	dir, err := s.directory(args)
	if err != nil {
		return err
	}
	git, err := openRepo(dir)
	if err != nil {
		return err
	}
	defer git.Close()
	t, err := s.target(git, args)
	if err != nil {
		return err
	}
	var known []repo.Hash
	if !t.base.IsZero() {
		known = append(known, t.base)
	}
	commits, err := git.NewCommits(cmd.Context(), t.tips, known)
	if err != nil {
		return err
	}
	for _, c := range commits {
		for change, err := range git.Changes(cmd.Context(), c) {
			if err != nil {
				return err
			}
			path := repo.QuotePath(change.Path) // or a line break in a name would forge a line
			if _, err := fmt.Fprintf(cmd.OutOrStdout(), "%s %c %s %s\n", change.Commit, change.Status, change.Blob, path); err != nil {
				return err
			}
		}
	}
	return nil
}
