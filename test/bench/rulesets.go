package main

import (
	"context"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/lotus-lake/lotus-gate/policy"
	"github.com/lotus-lake/lotus-gate/test/bench/install"
	"github.com/lotus-lake/lotus-gate/test/bench/rulegen"
)

// manyRules is how many rules of an organisation are added to the shipped ones.
const manyRules = 500

// rulesets compares checks of small repositories by the shipped rules with the same
// checks by hundreds of rules more: an author's directory, and a gate that has them built in.
func rulesets(t tools) []benchmark {
	const shipped, authored, builtIn = "shipped rules", "500 more in a directory", "500 more built in"
	dir := filepath.Join(t.cache, "bench", "rules500")
	large := filepath.Join(t.cache, "bin", "gate-500")
	prepare := func(ctx context.Context) error {
		if err := writeRules(dir); err != nil {
			return err
		}
		return buildWith(ctx, t, dir, large)
	}
	of := func(name string, repository func(context.Context, string) error) benchmark {
		at := repositoryDir(t.cache, name)
		return benchmark{
			name: "check of " + name + " by 500 rules",
			prepare: func(ctx context.Context) error {
				if err := prepare(ctx); err != nil {
					return err
				}
				return repository(ctx, at)
			},
			entries: []entry{
				plain(shipped, process{dir: at, args: []string{t.gate, "check"}}),
				plain(authored, process{dir: at, args: []string{t.gate, "check", "--policy", dir}}),
				plain(builtIn, process{dir: at, args: []string{large, "check"}}),
			},
			// What they add is to be less than twice what the shipped ones take.
			targets: []target{within(authored, shipped, 3), within(builtIn, shipped, 3)},
		}
	}
	return []benchmark{
		of("five files", func(ctx context.Context, at string) error { return commitFiles(ctx, at, five) }),
		of("the example lake", func(ctx context.Context, at string) error {
			files, err := read(filepath.Join(filepath.Dir(t.cache), "examples", "lake"))
			if err != nil {
				return err
			}
			return commitFiles(ctx, at, files)
		}),
	}
}

func writeRules(dir string) error {
	for name, text := range rulegen.Files(manyRules) {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// buildWith builds the gate with the rules of a directory among the shipped ones.
func buildWith(ctx context.Context, t tools, dir, program string) error {
	root := filepath.Dir(t.cache)
	shipped := filepath.Join(root, "policy", "rules")
	tree := filepath.Join(t.cache, "bench", "rules500-and-shipped")
	if err := os.RemoveAll(tree); err != nil {
		return err
	}
	for _, from := range []string{dir, shipped} {
		if err := os.CopyFS(tree, os.DirFS(from)); err != nil {
			return err
		}
	}
	index, err := policy.Index(os.DirFS(tree))
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(tree, policy.IndexFile), index, 0o644); err != nil {
		return err
	}
	replace := map[string]string{filepath.Join(shipped, policy.IndexFile): filepath.Join(tree, policy.IndexFile)}
	for name := range rulegen.Files(manyRules) {
		replace[filepath.Join(shipped, filepath.FromSlash(name))] = filepath.Join(dir, filepath.FromSlash(name))
	}
	overlay, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return err
	}
	path := filepath.Join(t.cache, "bench", "rules500.json")
	if err := os.WriteFile(path, overlay, 0o644); err != nil {
		return err
	}
	return install.Go(ctx, "", "build", "-overlay", path, "-o", program, "github.com/lotus-lake/lotus-gate/cmd/gate")
}

// read gives the files of a directory by path.
func read(dir string) (map[string]string, error) {
	files := map[string]string{}
	err := fs.WalkDir(os.DirFS(dir), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
		files[name] = string(text)
		return err
	})
	return files, err
}
