package check

import (
	"context"
	"fmt"
	"strings"

	"github.com/lotus-lake/lotus-gate/policy"
	"github.com/lotus-lake/lotus-gate/validate/lake"
	"github.com/lotus-lake/lotus-gate/validate/repo"
	"github.com/lotus-lake/lotus-gate/validate/state"
)

// WorkingTree judges a directory as it is: tracked files and untracked ones
// that git does not ignore. git is the repository around it, nil for none.
func (c *Checker) WorkingTree(ctx context.Context, dir string, git *repo.Repo) (Result, error) {
	r := c.start()
	files, err := repo.WorkingFiles(ctx, dir, git, localState)
	if err != nil {
		return Result{}, fmt.Errorf("list %s: %w", dir, err)
	}
	for _, f := range files {
		if f.Ignored {
			r.ignoredState(ctx, f.Path)
		}
	}
	tree := onDisk(dir, files, c.Config.Limits.Blob)
	s := snapshot{tip: lake.NewView(tree, c.lake()), all: true}
	if git != nil {
		if head, err := DefaultBranch(git); err != nil {
			return Result{}, err
		} else if !head.IsZero() {
			prefix, err := git.Prefix(dir)
			if err != nil {
				return Result{}, fmt.Errorf("find %s in the repository: %w", dir, err)
			}
			s.since = r.since(git, head, prefix)
		}
	}
	if err := r.tip(ctx, s); err != nil {
		return Result{}, err
	}
	return r.finish(ctx, true), nil
}

// localState accepts ignored paths that only a local Terraform run leaves
// behind. Providers' caches are not searched.
func localState(path string) bool {
	if strings.HasSuffix(path, "/") {
		return !strings.HasSuffix(path, "/node_modules/") && !strings.HasSuffix(path, "/providers/")
	}
	form, ok := state.Name(path)
	return ok && strings.Contains(string(form), "state")
}

// ignoredState judges a state file that git ignores: someone ran Terraform here.
func (r *run) ignoredState(ctx context.Context, path string) {
	form, _ := state.Name(path)
	doc := policy.Document{Kind: "material", Path: path, Input: map[string]any{
		"name": string(form), "found": []any{}, "ignored": true,
	}}
	if r.Engine.Wants(doc.Kind, policy.Tip) {
		r.keep(r.judge(ctx, doc))
	}
}
