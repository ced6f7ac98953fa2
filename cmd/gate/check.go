package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lotus-lake/lotus-gate/validate/check"
	"github.com/lotus-lake/lotus-gate/validate/config"
	"github.com/lotus-lake/lotus-gate/validate/repo"
)

// selection is what `check` and `input` judge: exactly one of a working tree,
// the index, a range or a history.
type selection struct {
	staged  bool
	history bool
	span    string
}

func (s *selection) register(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&s.staged, "staged", false, "judge the index against HEAD (pre-commit)")
	cmd.Flags().StringVar(&s.span, "range", "", "judge each commit of BASE..HEAD and the result (CI)")
	cmd.Flags().BoolVar(&s.history, "history", false, "judge every commit that REV... (default HEAD) reach")
	cmd.MarkFlagsMutuallyExclusive("staged", "range", "history")
}

func newCheck() *cobra.Command {
	var flags judgeFlags
	var what selection
	cmd := &cobra.Command{
		Use:   "check [DIR]  |  check --history [REV...]",
		Short: "Judge a working tree, the index, a range of commits or all history",
		Example: "  gate check\n  gate check --staged\n  gate check --range origin/main..HEAD --format github\n" +
			"  gate check --history",
		RunE: func(cmd *cobra.Command, args []string) error {
			return what.with(cmd, args, &flags, func(checker *check.Checker, read reader, judge judgement) error {
				return flags.report(cmd, checker, read, judge)
			})
		},
	}
	flags.register(cmd)
	what.register(cmd)
	return cmd
}

// judgement is a selected check, ready to run.
type judgement = func(context.Context) (check.Result, error)

// with opens what was selected and hands it to use, ready to be judged.
func (s *selection) with(cmd *cobra.Command, args []string, flags *judgeFlags, use func(*check.Checker, reader, judgement) error) error {
	dir := "."
	if !s.history && len(args) > 0 {
		if len(args) > 1 {
			return usagef("want one directory, got %d", len(args))
		}
		dir = args[0]
	}
	if info, err := os.Stat(dir); err != nil {
		return usageError{err}
	} else if !info.IsDir() {
		return usagef("%s is a file: want a directory", dir)
	}
	git, err := repo.Open(dir, os.Getenv)
	switch {
	case errors.Is(err, repo.ErrNotRepository) && !s.staged && !s.history && s.span == "":
		git = nil // any directory can be judged as it is
	case errors.Is(err, repo.ErrNotRepository), errors.Is(err, fs.ErrNotExist):
		return usageError{err}
	case err != nil:
		return err
	default:
		defer git.Close()
	}
	target, err := s.target(git, args)
	if err != nil {
		return err
	}
	settings, err := flags.loadConfig(func() ([]byte, error) {
		if s.span != "" {
			return configAt(git, target.base)
		}
		root := dir
		if git != nil && (s.staged || s.history) {
			root = git.WorkTree()
		}
		return configIn(root)
	})
	if err != nil {
		return err
	}
	checker, err := flags.checker(settings)
	if err != nil {
		return err
	}
	return use(checker, sourceOf(git, dir), func(ctx context.Context) (check.Result, error) {
		switch {
		case s.staged:
			return checker.Staged(ctx, git)
		case s.history:
			return checker.History(ctx, git, target.tips)
		case s.span != "":
			return checker.Range(ctx, git, target.base, target.tips[0])
		}
		return checker.WorkingTree(ctx, dir, git)
	})
}

// target is what the revisions of the arguments name.
type target struct {
	base repo.Hash
	tips []repo.Hash
}

func (s *selection) target(git *repo.Repo, args []string) (target, error) {
	resolve := func(rev string) (repo.Hash, error) {
		h, err := git.Resolve(rev)
		if errors.Is(err, repo.ErrUnknownRevision) {
			err = usageError{err}
		}
		return h, err
	}
	var t target
	var err error
	switch {
	case s.span != "":
		base, tip, ok := strings.Cut(s.span, "..")
		if !ok || base == "" || strings.HasPrefix(tip, ".") {
			return t, usagef("--range %s: want BASE..HEAD", s.span)
		}
		if tip == "" {
			tip = "HEAD"
		}
		if t.base, err = resolve(base); err != nil {
			return t, err
		}
		args = []string{tip}
	case !s.history:
		return t, nil
	case len(args) == 0:
		args = []string{"HEAD"}
	}
	for _, rev := range args {
		h, err := resolve(rev)
		if err != nil {
			return t, err
		}
		t.tips = append(t.tips, h)
	}
	return t, nil
}

// configIn reads the configuration of a directory; nil when it has none.
func configIn(dir string) ([]byte, error) {
	data, err := os.ReadFile(filepath.Join(dir, config.File))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return data, err
}

// configAt reads the configuration of a commit; nil when it has none.
func configAt(git *repo.Repo, commit repo.Hash) ([]byte, error) {
	if commit.IsZero() {
		return nil, nil
	}
	e, ok, err := git.Entry(commit, config.File)
	if err != nil || !ok {
		return nil, err
	}
	if e.Mode != repo.ModeRegular && e.Mode != repo.ModeExecutable {
		return nil, fmt.Errorf("%s of commit %.12s: want a regular file", config.File, commit.String())
	}
	data, _, err := git.Blob(e.Hash, 1<<20)
	return data, err
}
