package bundle

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"testing/fstest"

	opa "github.com/open-policy-agent/opa/v1/bundle"

	"github.com/lotus-lake/lotus-gate/policy"
)

// BuildOptions say how a bundle is built. Only Embedded is required.
type BuildOptions struct {
	Embedded fs.FS    // the shipped rules that the bundle's rules may import, nil for none
	Revision string   // "" for one made of the content
	Allowed  []string // as LoadFiles takes it
	Limits   policy.Limits
}

// Build makes an unsigned archive of policy directories: their rules, helpers, tests,
// examples and data.json, with an index. The rules are checked as strictly as they are
// when a directory is loaded, and their tests have to pass. The same files give the
// same bytes. What is wrong with the rules is a *policy.LoadError.
func Build(ctx context.Context, dirs []policy.Files, options BuildOptions) ([]byte, error) {
	if len(dirs) == 0 {
		return nil, errors.New("no policies to build a bundle of")
	}
	files, err := collect(dirs)
	if err != nil {
		return nil, err
	}
	fsys := fstest.MapFS{}
	for name, content := range files {
		fsys[name] = &fstest.MapFile{Data: content}
	}
	data, err := readData(files)
	if err != nil {
		return nil, &policy.LoadError{Err: err}
	}
	one := policy.Files{Name: dirs[0].Name, FS: fsys, Data: data}
	if len(dirs) > 1 {
		one.Name = "" // whose a file is does not show any more
	}
	set, err := policy.LoadFiles(options.Embedded, []policy.Files{one}, options.Allowed...)
	if err != nil {
		return nil, err
	}
	if err := passes(ctx, set, options.Limits); err != nil {
		return nil, err
	}
	index, err := policy.Index(fsys)
	if err != nil {
		return nil, err
	}
	files[policy.IndexFile] = index
	manifest, err := newManifest(files, index, data, options.Revision)
	if err != nil {
		return nil, err
	}
	files[manifestFile] = manifest
	return Pack(files)
}

// collect reads what belongs into a bundle. Anything else that lies in the
// directories is left out; what would be lost without a word is refused.
func collect(dirs []policy.Files) (map[string][]byte, error) {
	files := map[string][]byte{}
	for _, dir := range dirs {
		err := fs.WalkDir(dir.FS, ".", func(name string, entry fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case entry.IsDir() && name != "." && strings.HasPrefix(entry.Name(), "."):
				return fs.SkipDir
			case entry.IsDir() || !belongs(name):
				return nil
			case !entry.Type().IsRegular():
				return fmt.Errorf("%s: a link or special file: want a regular file", name)
			}
			if _, twice := files[name]; twice {
				return fmt.Errorf("%s: another directory has it too", name)
			}
			if err := wanted(name); err != nil {
				return err
			}
			files[name], err = fs.ReadFile(dir.FS, name)
			return err
		})
		if err != nil {
			return nil, &policy.LoadError{Err: fmt.Errorf("%s: %w", dir.Name, err)}
		}
	}
	return files, nil
}

func belongs(name string) bool {
	base := path.Base(name)
	return isRego(name) || base == "examples.yaml" || base == dataFile || opa.IsYAMLDataFile(name)
}

// passes runs the tests of the rules.
func passes(ctx context.Context, set *policy.Set, limits policy.Limits) error {
	results, err := set.Test(ctx, limits)
	if err != nil {
		return err
	}
	var failed []error
	for _, t := range results {
		if !t.Passed && !t.Skipped {
			problem := cmp.Or(t.Problem, "it is not true")
			failed = append(failed, fmt.Errorf("%s:%d: test %s does not pass: %s", t.Path, t.Line, t.Name, problem))
		}
	}
	if len(failed) > 0 {
		return &policy.LoadError{Err: errors.Join(failed...)}
	}
	return nil
}

// newManifest writes the manifest: for OPA, what the bundle defines and which Rego it
// is in.
func newManifest(files map[string][]byte, index []byte, data map[string]any, revision string) ([]byte, error) {
	var idx struct{ Sources []struct{ Package string } }
	if err := json.Unmarshal(index, &idx); err != nil {
		return nil, fmt.Errorf("read index: %w", err)
	}
	var roots []string
	for _, src := range idx.Sources {
		root := strings.ReplaceAll(src.Package, ".", "/")
		roots = append(roots, root)
		if slices.ContainsFunc(sorted(files), func(name string) bool { return strings.HasSuffix(name, "_test.rego") }) {
			roots = append(roots, root+"_test")
		}
	}
	for key := range data {
		roots = append(roots, key)
	}
	slices.Sort(roots)
	roots = slices.Compact(roots)
	roots = slices.DeleteFunc(slices.Clone(roots), func(root string) bool {
		return slices.ContainsFunc(roots, func(other string) bool { return strings.HasPrefix(root, other+"/") })
	})
	if revision == "" {
		archive, err := Pack(files)
		if err != nil {
			return nil, err
		}
		revision = strings.TrimPrefix(digest(archive), "sha256:")[:12]
	}
	version := 1
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetIndent("", " ")
	err := enc.Encode(opa.Manifest{Revision: revision, Roots: &roots, RegoVersion: &version})
	return out.Bytes(), err
}
