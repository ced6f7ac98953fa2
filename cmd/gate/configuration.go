package main

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/lotus-lake/lotus-gate/policy"
	"github.com/lotus-lake/lotus-gate/validate/check"
	"github.com/lotus-lake/lotus-gate/validate/config"
	"github.com/lotus-lake/lotus-gate/validate/repo"
)

// configOf reads the configuration of a repository's working tree; nil when it
// has none.
func configOf(git *repo.Repo) ([]byte, error) {
	if git.WorkTree() == "" {
		return nil, nil
	}
	return configIn(git.WorkTree())
}

// configIn reads the configuration of a directory; nil when it has none.
func configIn(dir string) ([]byte, error) {
	data, err := os.ReadFile(filepath.Join(dir, config.File))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err != nil:
		return nil, usageError{err}
	}
	return data, nil
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
		return nil, usagef("%s of commit %.12s: want a regular file", config.File, commit.String())
	}
	data, size, err := git.Blob(e.Hash, config.MaxBytes)
	if errors.Is(err, repo.ErrTooLarge) {
		return nil, usagef("%s of commit %.12s: %d bytes, more than the %d that a configuration may have", config.File, commit.String(), size, config.MaxBytes)
	}
	return data, err
}

// policiesAt reads the rules that a commit keeps in some directories; none when
// there is no commit yet.
func policiesAt(git *repo.Repo, commit repo.Hash, dirs []string) ([]policy.Files, error) {
	if commit.IsZero() || len(dirs) == 0 {
		return nil, nil
	}
	return check.PoliciesAt(git, commit, dirs)
}

// policiesIn reads the rules that a directory keeps in some of its own. git is the
// repository around it, nil for none.
func policiesIn(ctx context.Context, dir string, git *repo.Repo, dirs []string) ([]policy.Files, error) {
	switch {
	case len(dirs) == 0:
		return nil, nil
	case dir == "":
		return nil, usagef("policies: this repository has no working tree to read %s from", dirs[0])
	}
	return check.PoliciesOnDisk(ctx, dir, git, dirs)
}

// loadHere makes a set of which the rules are part that the current directory
// keeps for itself.
func (f *policyFlags) loadHere(ctx context.Context) (*policy.Set, error) {
	data, err := configIn(".")
	if err != nil {
		return nil, err
	}
	c, err := config.Parse(config.File, data)
	if err != nil {
		return nil, usageError{err}
	}
	own, err := policiesIn(ctx, ".", nil, c.Policies)
	if err != nil {
		return nil, err
	}
	return f.load(own)
}
