package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/lotus-lake/lotus-gate/policy"
	"github.com/lotus-lake/lotus-gate/validate/config"
	"github.com/lotus-lake/lotus-gate/validate/repo"
	"github.com/lotus-lake/lotus-gate/validate/report"
)

// waiveFlags are the parts of a waiver that are no arguments.
type waiveFlags struct {
	policyFlags
	config  string
	reason  string
	owner   string
	expires string
	days    int
}

func newWaive() *cobra.Command {
	var flags waiveFlags
	cmd := &cobra.Command{
		Use:   "waive RULE PATH",
		Short: "Write a waiver into " + config.File,
		Long: "waive adds one waiver to " + config.File + " of the repository and leaves everything else in it as it is.\n" +
			"PATH is a file as a finding names it, with or without its line, or a glob. A waiver counts once it is part of the trusted base:\n" +
			"push it first, by itself.",
		Example: "  gate waive secrets/default_credential orchestration/lib.py --owner data-platform --days 30 \\\n" +
			"    --reason 'runs only against a local test bucket'",
		Args: cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error { return flags.waive(cmd, args[0], args[1]) },
	}
	flags.register(cmd)
	f := cmd.Flags()
	f.StringVarP(&flags.config, "config", "c", "", "file to write it into (default: "+config.File+" at the repository's root)")
	f.StringVar(&flags.reason, "reason", "", "why the finding is accepted")
	f.StringVar(&flags.owner, "owner", "", "who answers for it: a team or a person")
	f.StringVar(&flags.expires, "expires", "", "last day on which it holds, as 2026-12-31")
	f.IntVar(&flags.days, "days", 0, "days for which it holds, in place of --expires")
	cmd.MarkFlagsOneRequired("expires", "days")
	cmd.MarkFlagsMutuallyExclusive("expires", "days")
	return cmd
}

func (f *waiveFlags) waive(cmd *cobra.Command, rule, path string) error {
	now, err := clock()
	if err != nil {
		return err
	}
	file, root, git, err := f.file()
	if err != nil {
		return err
	}
	if git != nil {
		defer git.Close()
	}
	day, err := f.day(now)
	if err != nil {
		return err
	}
	w := config.Waiver{Rule: rule, Path: afterPath.ReplaceAllString(path, ""), Reason: f.reason, Owner: f.owner, Expires: config.Day{Time: day}}
	if strings.HasPrefix(w.Path, "/") || strings.HasPrefix(w.Path, ".") && !fs.ValidPath(w.Path) {
		return usagef("path %q: want one from the repository's root, as findings name it", w.Path)
	}
	before, err := readRegular(file)
	if err != nil {
		return err
	}
	text, line, err := config.AddWaiver(file, before, w)
	if err != nil {
		return usageError{err}
	}
	w.Line = line
	if err := f.judge(cmd.Context(), root, git, text, w, now); err != nil {
		return err
	}
	if err := replaceFile(filepath.Dir(file), filepath.Base(file), text); err != nil {
		return usagef("write %s: %w", file, err)
	}
	if err := warnOfNoFile(cmd, root, git, w); err != nil {
		return err
	}
	fmt.Fprintf(cmd.OutOrStdout(), "%s:%d: %s waived for %s until %s, %d days from now\nPush it by itself: a waiver counts from the next push on.\n",
		file, line, w.Rule, w.Path, w.Expires.Format(time.DateOnly), w.DaysLeft(now))
	return nil
}

// afterPath is the line and column that a finding's path may still have.
var afterPath = regexp.MustCompile(`(:[0-9]+){1,2}:?$`)

// file is where the waiver goes, and the root of what it is about.
func (f *waiveFlags) file() (file, root string, git *repo.Repo, err error) {
	root = "."
	git, err = openRepo(".")
	switch {
	case errors.Is(err, repo.ErrNotRepository):
		git = nil
	case err != nil:
		return "", "", nil, err
	case git.WorkTree() == "":
		git.Close()
		return "", "", nil, usagef("this repository has no working tree to write %s into", config.File)
	default:
		root = git.WorkTree()
	}
	if f.config != "" {
		return f.config, root, git, nil
	}
	if here, err := os.Getwd(); err == nil {
		if rel, err := filepath.Rel(here, filepath.Join(root, config.File)); err == nil {
			return rel, root, git, nil
		}
	}
	return filepath.Join(root, config.File), root, git, nil
}

// day is the last one on which the waiver holds.
func (f *waiveFlags) day(now time.Time) (time.Time, error) {
	if f.expires == "" {
		if f.days < 1 {
			return time.Time{}, usagef("--days %d: want 1 or more", f.days)
		}
		now = now.UTC().AddDate(0, 0, f.days)
		return time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, time.UTC), nil
	}
	day, err := time.Parse(time.DateOnly, f.expires)
	if err != nil {
		return day, usagef("--expires %q: want a day like 2026-12-31", f.expires)
	}
	return day, nil
}

// judge refuses a waiver that the rules, or the configuration with it, do not
// accept.
func (f *waiveFlags) judge(ctx context.Context, root string, git *repo.Repo, text []byte, w config.Waiver, now time.Time) error {
	c, err := config.Parse(config.File, text)
	if err != nil {
		return usageError{err}
	}
	own, err := policiesIn(ctx, root, git, c.Policies)
	if err != nil {
		return err
	}
	set, err := f.load(own)
	if err != nil {
		return err
	}
	if _, ok := set.Rule(w.Rule); !ok && w.Rule != config.NotInspected {
		return usageError{set.Unknown(w.Rule)}
	}
	flags := judgeFlags{policyFlags: f.policyFlags, format: report.Formats[0]}
	checker, err := flags.checker(c, own)
	if err != nil {
		return err
	}
	checker.Now = now
	findings, err := checker.Waiver(ctx, w)
	if err != nil {
		return err
	}
	for _, finding := range findings {
		if finding.Severity >= policy.Warning {
			return usagef("%s: %s", finding.Message, finding.Remedy)
		}
	}
	return nil
}

// warnOfNoFile tells that a waiver covers no file, which may come later or be
// misspelt.
func warnOfNoFile(cmd *cobra.Command, root string, git *repo.Repo, w config.Waiver) error {
	files, err := repo.WorkingFiles(cmd.Context(), root, git, nil)
	if err != nil {
		return fmt.Errorf("list %s: %w", root, err)
	}
	if !slices.ContainsFunc(files, func(file repo.File) bool { return w.Covers(w.Rule, file.Path) }) {
		fmt.Fprintf(cmd.ErrOrStderr(), "gate: warning: no file here is named by %s\n", report.Visible(w.Path))
	}
	return nil
}

// readRegular reads a file that may be missing and must not be a link: git knows no
// configuration behind one.
func readRegular(file string) ([]byte, error) {
	info, err := os.Lstat(file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err != nil:
		return nil, usageError{err}
	case !info.Mode().IsRegular():
		return nil, usagef("%s: want a regular file", file)
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, usageError{err}
	}
	return data, nil
}
