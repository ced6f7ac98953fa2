package check

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing/fstest"

	"github.com/lotus-lake/lotus-gate/policy"
	"github.com/lotus-lake/lotus-gate/validate/lake"
	"github.com/lotus-lake/lotus-gate/validate/repo"
)

// What the directories that a configuration names under policies may hold
// together.
const (
	maxPolicyFiles = 2_000
	maxPolicyBytes = 8 << 20
)

// policies reads the rules that a repository keeps for itself from a snapshot.
// What cannot be used is a *policy.LoadError: links are not followed, and what
// is named must be there.
func policies(tree lake.Tree, dirs []string) ([]policy.Files, error) {
	left := policyBudget{maxPolicyFiles, maxPolicyBytes}
	var all []policy.Files
	for _, dir := range dirs {
		entry, ok, err := tree.Entry(dir)
		switch {
		case err != nil:
			return nil, fmt.Errorf("policies: %w", err)
		case !ok || entry.Mode != lake.Directory:
			return nil, unfit("policies: %s is not there, or no directory", dir)
		}
		files, err := left.collect(tree, dir, dir)
		if err != nil {
			return nil, err
		}
		all = append(all, files)
	}
	return all, nil
}

// PoliciesAt reads them from a commit.
func PoliciesAt(git *repo.Repo, commit repo.Hash, dirs []string) ([]policy.Files, error) {
	return policies(Commit(git, commit, maxPolicyBytes), dirs)
}

// PoliciesOnDisk reads them from a directory on disk: the files that git does not
// ignore. git is the repository around it, nil for none.
func PoliciesOnDisk(ctx context.Context, root string, git *repo.Repo, dirs []string) ([]policy.Files, error) {
	left := policyBudget{maxPolicyFiles, maxPolicyBytes}
	var all []policy.Files
	for _, dir := range dirs {
		at := root
		for step := range strings.SplitSeq(dir, "/") {
			at = filepath.Join(at, step)
			if info, err := os.Lstat(at); err != nil || !info.IsDir() {
				return nil, unfit("policies: %s is not there, or no directory", dir)
			}
		}
		tree, err := Directory(ctx, at, git, maxPolicyBytes)
		if err != nil {
			return nil, fmt.Errorf("policies: %w", err)
		}
		files, err := left.collect(tree, "", dir)
		if err != nil {
			return nil, err
		}
		all = append(all, files)
	}
	return all, nil
}

// policyBudget is what is left of the limits while rules are read.
type policyBudget struct{ files, bytes int }

// collect reads the rules, tests and examples below a directory of a snapshot.
func (left *policyBudget) collect(tree lake.Tree, dir, name string) (policy.Files, error) {
	files := fstest.MapFS{}
	err := lake.Walk(tree, dir, func(e lake.Entry) error {
		inside := strings.TrimPrefix(strings.TrimPrefix(e.Path, dir), "/")
		if e.Mode != lake.Regular {
			return unfit("policies: %s/%s is a link or a submodule, which is not followed", name, inside)
		}
		if !strings.HasSuffix(e.Path, ".rego") && path.Base(e.Path) != "examples.yaml" {
			return nil
		}
		data, err := tree.Read(e)
		var unread *lake.UninspectedError
		if errors.As(err, &unread) {
			return unfit("policies: %s/%s cannot be read, or is larger than all policies may be", name, inside)
		}
		if err != nil {
			return fmt.Errorf("policies: %w", err)
		}
		left.files--
		left.bytes -= len(data)
		if left.files < 0 || left.bytes < 0 {
			return unfit("policies: more than %d files or %d bytes", maxPolicyFiles, maxPolicyBytes)
		}
		files[inside] = &fstest.MapFile{Data: data}
		return nil
	})
	return policy.Files{Name: name, FS: files}, err
}

func unfit(format string, args ...any) error {
	return &policy.LoadError{Err: fmt.Errorf(format, args...)}
}
