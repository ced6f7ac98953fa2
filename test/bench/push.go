package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/lotus-lake/lotus-gate/test/bench/lakegen"
)

// pushes measures real pushes of one commit, onto a large server repository and onto one of
// a single commit: once as whole pushes, once as the hook's process alone. Two kinds of
// commits, of the same size for both servers: a stream with its catalog, and one ordinary
// file. And once on the large one without its commit-graph.
func pushes(t tools, large string) []benchmark {
	var all []benchmark
	for _, v := range []struct {
		name, branch string
		graph        bool
	}{
		{"a stream and its catalog", streamBranch, true},
		{"an ordinary file", fileBranch, true},
		{"an ordinary file, no commit-graph", fileBranch, false},
	} {
		empty := server{tools: t, name: "empty", graph: true}
		big := server{tools: t, name: large, graph: v.graph}
		prepare := func(ctx context.Context) error {
			for _, s := range []server{empty, big} {
				if err := s.prepare(ctx); err != nil {
					return err
				}
			}
			return nil
		}
		entries := func(measure func(server, hook, string) entry) []entry {
			return []entry{
				measure(empty, gateHook(t), v.branch), measure(big, gateHook(t), v.branch),
				measure(empty, logHook(), v.branch), measure(big, logHook(), v.branch),
			}
		}
		const (
			gateEmpty, gateLarge = "gate pre-receive, empty server", "gate pre-receive, large server"
			logLarge             = "git log alone, large server"
		)
		all = append(all,
			benchmark{
				name: "push of " + v.name + ": the hook", prepare: prepare, entries: entries(server.hook),
				targets: []target{
					within(gateLarge, gateEmpty, 1.2),
					notSlower(gateLarge, logLarge, 30*time.Millisecond),
					below(gateLarge, 100<<20),
				},
			},
			benchmark{
				name: "push of " + v.name + ": the whole push", prepare: prepare,
				entries: append(entries(server.push), empty.push(noHook(), v.branch), big.push(noHook(), v.branch)),
				// git itself takes longer on the large server, so growth is judged of the hook alone.
				targets: []target{notSlower(gateLarge, logLarge, 30*time.Millisecond)},
			},
		)
	}
	return all
}

// The branches of the client, each one commit ahead of the server.
const (
	streamBranch = "stream"
	fileBranch   = "file"
)

// server is a bare repository that is pushed to.
type server struct {
	tools tools
	name  string
	graph bool // whether it has a commit-graph
}

func (s server) dir() string    { return repositoryDir(s.tools.cache, s.name) }
func (s server) client() string { return s.dir() + "-client" }

func (s server) title(h hook) string {
	size := "large"
	if s.name == "empty" {
		size = "empty"
	}
	return h.name + ", " + size + " server"
}

// push measures all of `git push`.
func (s server) push(h hook, branch string) entry {
	return entry{s.title(h), func(ctx context.Context) (usage, error) {
		if err := s.reset(ctx, h.script()); err != nil {
			return usage{}, err
		}
		return s.pushing(branch).measured(ctx)
	}}
}

// hook measures the hook's process alone, in a push.
func (s server) hook(h hook, branch string) entry {
	return entry{s.title(h), func(ctx context.Context) (usage, error) {
		file := filepath.Join(s.tools.cache, "bench", "hook.json")
		if err := s.reset(ctx, h.measured(s.tools, file)); err != nil {
			return usage{}, err
		}
		if _, err := s.pushing(branch).measured(ctx); err != nil {
			return usage{}, err
		}
		return readUsage(file)
	}}
}

func (s server) pushing(branch string) process {
	return process{dir: s.client(), args: []string{"git", "push", "--quiet", s.dir(), branch + ":main"}}
}

// reset makes the server as it was before the push: its ref, no loose objects, and a hook.
func (s server) reset(ctx context.Context, script string) error {
	base, err := git(ctx, s.client(), nil, "rev-parse", "refs/heads/main")
	if err != nil {
		return err
	}
	if _, err := git(ctx, s.dir(), nil, "update-ref", "refs/heads/main", base); err != nil {
		return err
	}
	loose, err := filepath.Glob(filepath.Join(s.dir(), "objects", "[0-9a-f][0-9a-f]"))
	if err != nil {
		return err
	}
	for _, dir := range loose {
		if err := os.RemoveAll(dir); err != nil {
			return err
		}
	}
	if err := s.setGraph(ctx); err != nil {
		return err
	}
	path := filepath.Join(s.dir(), "hooks", "pre-receive")
	if script == "" {
		return os.RemoveAll(path)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, []byte(script), 0o755)
}

func (s server) setGraph(ctx context.Context) error {
	graph := filepath.Join(s.dir(), "objects", "info", "commit-graph")
	_, err := os.Stat(graph)
	switch {
	case s.graph && err != nil:
		_, err = git(ctx, s.dir(), nil, "commit-graph", "write", "--reachable", "--no-progress")
		return err
	case !s.graph && err == nil:
		return os.Remove(graph)
	}
	return nil
}

// prepare makes the server, and a client that borrows its objects and has the two commits.
func (s server) prepare(ctx context.Context) error {
	if err := prepared(s.tools, s.name)(ctx); err != nil {
		return err
	}
	if _, err := os.Stat(s.client()); err == nil {
		return nil
	}
	unfinished := s.client() + ".unfinished"
	if err := os.RemoveAll(unfinished); err != nil {
		return err
	}
	base, err := git(ctx, s.dir(), nil, "rev-parse", "refs/heads/main")
	if err != nil {
		return err
	}
	if _, err := git(ctx, filepath.Dir(unfinished), nil, "init", "-q", "--bare", unfinished); err != nil {
		return err
	}
	alternates := filepath.Join(unfinished, "objects", "info", "alternates")
	if err := os.WriteFile(alternates, []byte(filepath.Join(s.dir(), "objects")+"\n"), 0o644); err != nil {
		return err
	}
	if _, err := git(ctx, unfinished, nil, "update-ref", "refs/heads/main", base); err != nil {
		return err
	}
	l := lakegen.At(shapes[s.name])
	for branch, paths := range map[string][]string{streamBranch: l.EditStream(1, 7), fileBranch: l.EditOrdinary(5)} {
		var commit bytes.Buffer
		if err := lakegen.WriteCommit(&commit, l, "refs/heads/main", "refs/heads/"+branch, paths); err != nil {
			return err
		}
		if _, err := git(ctx, unfinished, commit.Bytes(), "fast-import", "--quiet"); err != nil {
			return fmt.Errorf("commit to push: %w", err)
		}
	}
	return os.Rename(unfinished, s.client())
}
