package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/lotus-lake/lotus-gate/test/bench/lakegen"
)

// shapes are the generated repositories. What pushes to the servers change is of one size,
// because a source has as many streams in each.
var shapes = map[string]lakegen.Shape{
	"lake":        {Commits: 200, Sources: 4, Streams: 12, Ordinary: 51, Edits: 7},
	"long":        {Commits: 20_000, Sources: 20, Streams: 20, Ordinary: 1_000, Edits: 5},
	"server":      {Commits: 100_000, Sources: 50, Streams: 40, Ordinary: 45_944, Edits: 1},
	"smallserver": {Commits: 2_000, Sources: 10, Streams: 40, Ordinary: 4_184, Edits: 1},
	"empty":       {Commits: 1, Sources: 2, Streams: 40, Ordinary: 51, Edits: 1},
	"files1000":   {Commits: 1, Sources: 20, Streams: 50, Ordinary: 0, Edits: 1},
	"files10000":  {Commits: 1, Sources: 200, Streams: 50, Ordinary: 0, Edits: 1},
}

// generation is part of the names of generated repositories: a new one makes them anew.
const generation = "1"

func repositoryDir(cache, name string) string {
	return filepath.Join(cache, "bench", name+"-"+generation)
}

// prepared makes a generated repository, unless it is there, in a process of its own.
func prepared(t tools, names ...string) func(context.Context) error {
	return func(ctx context.Context) error {
		for _, name := range names {
			dir := repositoryDir(t.cache, name)
			if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) {
				if err != nil {
					return err
				}
				continue
			}
			cmd := exec.CommandContext(ctx, t.self, "prepare", dir)
			cmd.Stderr = os.Stderr
			if err := cmd.Run(); err != nil {
				return fmt.Errorf("generate %s: %w", name, err)
			}
		}
		return nil
	}
}

// prepareHere generates the repository of a directory's name: bare, packed as by git's own
// maintenance, with a commit-graph; or, for files, with a work tree.
func prepareHere(ctx context.Context, dir string) error {
	name := filepath.Base(dir)
	name = name[:len(name)-len("-"+generation)]
	shape, ok := shapes[name]
	if !ok {
		return fmt.Errorf("no repository is called %s", name)
	}
	unfinished := dir + ".unfinished"
	if err := os.RemoveAll(unfinished); err != nil {
		return err
	}
	if err := os.MkdirAll(unfinished, 0o755); err != nil {
		return err
	}
	steps := [][]string{
		{"init", "-q", "--bare", "-b", "main"},
		nil, // the history
		{"repack", "-a", "-d", "-f", "-q"},
		{"commit-graph", "write", "--reachable", "--no-progress"},
		{"config", "receive.autogc", "false"},
	}
	if shape.Commits == 1 && name != "empty" {
		steps = [][]string{{"init", "-q", "-b", "main"}, nil, {"reset", "-q", "--hard"}}
	}
	for _, args := range steps {
		if args == nil {
			if err := importHistory(ctx, unfinished, shape); err != nil {
				return err
			}
			continue
		}
		if _, err := git(ctx, unfinished, nil, args...); err != nil {
			return err
		}
	}
	return os.Rename(unfinished, dir)
}

func importHistory(ctx context.Context, dir string, shape lakegen.Shape) error {
	cmd := exec.CommandContext(ctx, "git", "fast-import", "--quiet")
	cmd.Dir, cmd.Env, cmd.Stderr = dir, cleanEnv(), os.Stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	return errors.Join(writeAndClose(ctx, stdin, shape), cmd.Wait())
}

func writeAndClose(ctx context.Context, w io.WriteCloser, shape lakegen.Shape) error {
	return errors.Join(lakegen.WriteHistory(ctx, w, shape), w.Close())
}
