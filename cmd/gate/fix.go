package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lotus-lake/lotus-gate/policy"
	"github.com/lotus-lake/lotus-gate/validate/check"
	"github.com/lotus-lake/lotus-gate/validate/config"
	"github.com/lotus-lake/lotus-gate/validate/fix"
	"github.com/lotus-lake/lotus-gate/validate/lake"
	"github.com/lotus-lake/lotus-gate/validate/repo"
	"github.com/lotus-lake/lotus-gate/validate/report"
)

func newFix() *cobra.Command {
	flags := judgeFlags{format: report.Formats[0]}
	var write bool
	cmd := &cobra.Command{
		Use:   "fix [DIR] [RULE...]",
		Short: "Mend what leaves nothing to decide: shows a diff, --write applies it",
		Long: "fix judges the files as they lie there and mends the findings whose remedy leaves nothing to decide: it turns off backfill flags\n" +
			"that are overdue or start nothing, writes catalogs, takes state and variable files out of git's index and has git ignore them, and\n" +
			"removes waivers that accept nothing. It changes no commit. What it does not mend, it names, with the reason.\n\n" +
			"Without --write it changes nothing and prints the difference on standard output, fit for `git apply`.",
		Example: "  gate fix\n  gate fix backfill/overdue --write\n  gate fix | git apply",
		RunE: func(cmd *cobra.Command, args []string) error {
			set, err := flags.loadHere(cmd.Context())
			if err != nil {
				return err
			}
			dir, wanted, err := fixArguments(set, args)
			if err != nil {
				return err
			}
			return mend(cmd, &flags, dir, wanted, write)
		},
		ValidArgsFunction: func(cmd *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
			set, err := flags.loadHere(cmd.Context())
			if err != nil {
				return nil, cobra.ShellCompDirectiveError
			}
			var ids []string
			for _, r := range set.Rules() {
				if r.Fix != "" {
					ids = append(ids, r.ID+"\t"+r.Title)
				}
			}
			return ids, cobra.ShellCompDirectiveDefault
		},
	}
	flags.policyFlags.register(cmd)
	cmd.Flags().BoolVar(&write, "write", false, "write the files")
	cmd.Flags().StringVarP(&flags.config, "config", "c", "", "configuration file (default: "+config.File+" of DIR)")
	return cmd
}

// fixArguments tells the directory from the rules.
func fixArguments(set *policy.Set, args []string) (dir string, wanted []string, err error) {
	dir = "."
	for i, arg := range args {
		if _, ok := set.Rule(arg); ok {
			wanted = append(wanted, arg)
			continue
		}
		if info, err := os.Stat(arg); i == 0 && err == nil && info.IsDir() {
			dir = arg
			continue
		}
		return "", nil, usageError{set.Unknown(arg)}
	}
	return dir, wanted, nil
}

// mend shows what would be done and, when asked to, does it.
func mend(cmd *cobra.Command, flags *judgeFlags, dir string, wanted []string, write bool) error {
	git, err := openRepo(dir)
	switch {
	case errors.Is(err, repo.ErrNotRepository):
		git = nil // any directory can be mended as it is
	case err != nil:
		return err
	default:
		defer git.Close()
	}
	settings, err := flags.loadConfig(func() ([]byte, error) { return configIn(dir) })
	if err != nil {
		return err
	}
	own, err := policiesIn(cmd.Context(), dir, git, settings.Policies)
	if err != nil {
		return err
	}
	checker, err := flags.checker(settings, own)
	if err != nil {
		return err
	}
	var docs []policy.Document
	checker.Observe = func(doc policy.Document) {
		if doc.Kind == "material" || doc.Kind == "source" {
			docs = append(docs, doc)
		}
	}
	result, err := withProgress(cmd, checker, func() (check.Result, error) { return checker.WorkingTree(cmd.Context(), dir, git) })
	if err != nil {
		return err
	}
	plan, err := planOf(cmd, checker, dir, git, docs, selected(result.Findings, wanted))
	if err != nil {
		return err
	}
	if err := showEdits(cmd.OutOrStdout(), plan.Edits); err != nil {
		return err
	}
	if write {
		if err := carryOut(cmd.Context(), dir, plan); err != nil {
			return err
		}
	}
	r := newReport(checker, result, sourceOf(nil, dir))
	return tellFixes(cmd.ErrOrStderr(), plan, r, write)
}

// selected are the findings to mend: of the wanted rules, or all that warn or refuse.
func selected(findings []policy.Finding, wanted []string) []policy.Finding {
	var list []policy.Finding
	for _, f := range findings {
		if f.Blocks() && (slices.Contains(wanted, f.Rule) || len(wanted) == 0 && f.Severity > policy.Info) {
			list = append(list, f)
		}
	}
	return list
}

func planOf(cmd *cobra.Command, checker *check.Checker, dir string, git *repo.Repo, docs []policy.Document, findings []policy.Finding) (fix.Plan, error) {
	tree, err := check.Directory(cmd.Context(), dir, git, checker.Config.Limits.Blob)
	if err != nil {
		return fix.Plan{}, err
	}
	ground := fix.Ground{
		View: lake.NewView(tree, lake.Settings{Layout: checker.Config.Layout}), Rules: checker.Set.Rule, Documents: docs, OwnConfig: checker.OwnConfig,
		Tracked: func(string) bool { return false }, Known: func(string) string { return "" },
	}
	if git != nil {
		if ground.Tracked, ground.Known, err = inGit(git, dir); err != nil {
			return fix.Plan{}, err
		}
	}
	return fix.Make(findings, ground)
}

// inGit tells which files of a directory git's index has, and which HEAD.
func inGit(git *repo.Repo, dir string) (tracked func(string) bool, known func(string) string, err error) {
	prefix, err := git.Prefix(dir)
	if err != nil {
		return nil, nil, fmt.Errorf("find %s in the repository: %w", dir, err)
	}
	entries, err := git.Index()
	if err != nil {
		return nil, nil, fmt.Errorf("read index: %w", err)
	}
	head, err := check.DefaultBranch(git)
	if err != nil {
		return nil, nil, err
	}
	index := make(map[string]bool, len(entries))
	for _, e := range entries {
		index[e.Path] = true
	}
	known = func(path string) string {
		if head.IsZero() {
			return ""
		}
		if _, ok, err := git.Entry(head, prefix+path); err != nil || !ok {
			return ""
		}
		return head.String()[:12]
	}
	return func(path string) bool { return index[prefix+path] }, known, nil
}

// unchanged fails unless a file is still what the edit was planned for.
func unchanged(dir string, e fix.Edit) error {
	data, err := fs.ReadFile(os.DirFS(dir), e.Path)
	switch {
	case err != nil && e.Before == nil && os.IsNotExist(err):
		return nil
	case err != nil:
		return err
	case e.Before == nil:
		return fmt.Errorf("%s exists, and git ignores it: nothing is written over it", report.Visible(e.Path))
	case string(data) != string(e.Before):
		return fmt.Errorf("%s has changed meanwhile: nothing is written over it", report.Visible(e.Path))
	}
	return nil
}

// oneLine keeps a reason on its line.
func oneLine(text string) string { return strings.Join(strings.Fields(report.Visible(text)), " ") }
