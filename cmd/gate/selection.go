package main

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lotus-lake/lotus-gate/policy"
	"github.com/lotus-lake/lotus-gate/validate/check"
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

// judgement is a selected check, ready to run.
type judgement = func(context.Context) (check.Result, error)

// directory is the one that the arguments name.
func (s *selection) directory(args []string) (string, error) {
	if s.history || len(args) == 0 {
		return ".", nil
	}
	if len(args) > 1 {
		return "", usagef("want one directory, got %d", len(args))
	}
	if info, err := os.Stat(args[0]); err != nil {
		return "", usageError{err}
	} else if !info.IsDir() {
		return "", usagef("%s is a file: want a directory", args[0])
	}
	return args[0], nil
}

// openRepo opens the repository around a directory.
func openRepo(dir string) (*repo.Repo, error) {
	git, err := repo.Open(dir, os.Getenv)
	if errors.Is(err, repo.ErrNotRepository) || errors.Is(err, fs.ErrNotExist) {
		return nil, usageError{err}
	}
	return git, err
}

// with opens what was selected and hands it to use, ready to be judged.
func (s *selection) with(ctx context.Context, args []string, flags *judgeFlags, use func(*check.Checker, reader, judgement) error) error {
	dir, err := s.directory(args)
	if err != nil {
		return err
	}
	git, err := openRepo(dir)
	switch {
	case errors.Is(err, repo.ErrNotRepository) && !s.staged && !s.history && s.span == "":
		git = nil // any directory can be judged as it is
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
		if s.staged || s.history {
			return configOf(git)
		}
		return configIn(dir)
	})
	if err != nil {
		return err
	}
	own, err := s.policies(ctx, git, dir, target, settings.Policies)
	if err != nil {
		return err
	}
	checker, err := flags.checker(settings, own)
	if err != nil {
		return err
	}
	flags.judged = s.title(args)
	source := sourceOf(git, dir)
	if s.staged {
		source = sourceOfIndex(git)
	}
	return use(checker, source, func(ctx context.Context) (check.Result, error) {
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

// title says what is judged.
func (s *selection) title(args []string) string {
	switch {
	case s.staged:
		return "what is staged"
	case s.span != "":
		return s.span
	case s.history:
		return "history of " + strings.Join(append(args, "HEAD")[:max(len(args), 1)], " ")
	}
	return "the working tree"
}

// policies reads the repository's own rules from where its configuration lies.
func (s *selection) policies(ctx context.Context, git *repo.Repo, dir string, t target, dirs []string) ([]policy.Files, error) {
	switch {
	case s.span != "":
		return policiesAt(git, t.base, dirs)
	case s.staged || s.history:
		dir = git.WorkTree()
	}
	return policiesIn(ctx, dir, git, dirs)
}

// target is what the revisions of the arguments name.
type target struct {
	base repo.Hash
	tips []repo.Hash
}

func (s *selection) target(git *repo.Repo, args []string) (target, error) {
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
		if t.base, err = resolve(git, base); err != nil {
			return t, err
		}
		args = []string{tip}
	case !s.history:
		return t, nil
	case len(args) == 0:
		args = []string{"HEAD"}
	}
	for _, rev := range args {
		h, err := resolve(git, rev)
		if err != nil {
			return t, err
		}
		t.tips = append(t.tips, h)
	}
	return t, nil
}

// resolve finds the object that a revision of the arguments names.
func resolve(git *repo.Repo, rev string) (repo.Hash, error) {
	h, err := git.Resolve(rev)
	if errors.Is(err, repo.ErrUnknownRevision) {
		err = usageError{err}
	}
	return h, err
}
