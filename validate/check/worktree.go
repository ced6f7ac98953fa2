package check

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
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
	var entries []lake.Entry
	for _, f := range files {
		if f.Ignored {
			r.ignoredState(ctx, f.Path)
			continue
		}
		entry := gitEntry(f.Path, f.Mode, repo.Hash{})
		entry.ID = ""
		entries = append(entries, entry)
	}
	tree, err := onDisk(dir, entries, c.Config.Limits.Blob)
	if err != nil {
		return Result{}, err
	}
	s := snapshot{tip: lake.NewView(tree, c.lake()), all: true}
	if git != nil {
		if head, err := DefaultBranch(git); err != nil {
			return Result{}, err
		} else if !head.IsZero() {
			s.since = since(git, head)
		}
	}
	if err := r.tip(ctx, s); err != nil {
		return Result{}, err
	}
	return r.finish(ctx, true), nil
}

// Directory is a directory on disk as a snapshot: every file but .git.
func Directory(dir string, limit int64) (lake.Tree, error) {
	files, err := repo.WorkingFiles(context.Background(), dir, nil, nil)
	if err != nil {
		return nil, fmt.Errorf("list %s: %w", dir, err)
	}
	var entries []lake.Entry
	for _, f := range files {
		e := gitEntry(f.Path, f.Mode, repo.Hash{})
		entries = append(entries, lake.Entry{Path: e.Path, Mode: e.Mode})
	}
	return onDisk(dir, entries, limit)
}

// onDisk is a Tree of files below a directory. Links never lead out of it.
func onDisk(dir string, entries []lake.Entry, limit int64) (lake.Tree, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	return lake.NewFiles(entries, func(e lake.Entry) ([]byte, error) { return readFile(root, e, limit) }), nil
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

// readFile reads a file below root without following links out of it.
func readFile(root *os.Root, e lake.Entry, limit int64) ([]byte, error) {
	name := filepath.FromSlash(e.Path)
	switch e.Mode {
	case lake.Symlink:
		target, err := root.Readlink(name)
		return []byte(target), err
	case lake.Submodule:
		return nil, &lake.UninspectedError{Path: e.Path, Reason: "a repository of its own"}
	}
	f, err := root.Open(name)
	if errors.Is(err, os.ErrPermission) {
		return nil, &lake.UninspectedError{Path: e.Path, Reason: "no permission to read it", Undecided: true}
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if info.Size() > limit {
		return nil, tooLarge(e.Path, info.Size(), limit)
	}
	data := make([]byte, info.Size())
	n, err := io.ReadFull(f, data)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, fmt.Errorf("%s: %w", e.Path, err)
	}
	return data[:n], nil
}

// Staged judges the index against HEAD: what a commit made now would bring.
func (c *Checker) Staged(ctx context.Context, git *repo.Repo) (Result, error) {
	r := c.start()
	staged, err := git.Index()
	if err != nil {
		return Result{}, fmt.Errorf("read index: %w", err)
	}
	var entries []lake.Entry
	for _, e := range staged {
		if e.Stage == 0 && !e.IntentToAdd {
			entries = append(entries, gitEntry(e.Path, e.Mode, e.Hash))
		}
	}
	limit := c.Config.Limits.Blob
	tree := lake.NewFiles(entries, func(e lake.Entry) ([]byte, error) { return readBlob(git, e, limit) })
	s := snapshot{tip: lake.NewView(tree, c.lake())}
	head, err := DefaultBranch(git)
	if err != nil {
		return Result{}, err
	}
	before := map[string]lake.Entry{}
	if !head.IsZero() {
		s.base, s.since = r.view(git, head), since(git, head)
		err := lake.Walk(s.base, "", func(e lake.Entry) error {
			before[e.Path] = e
			return nil
		})
		if err != nil {
			return Result{}, fmt.Errorf("read HEAD: %w", err)
		}
	}
	for _, e := range entries {
		if before[e.Path] != e {
			s.touched = append(s.touched, e.Path)
		}
		delete(before, e.Path)
	}
	for path := range before {
		s.touched = append(s.touched, path)
	}
	if err := r.tip(ctx, s); err != nil {
		return Result{}, err
	}
	return r.finish(ctx, false), nil
}
