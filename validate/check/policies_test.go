package check

import (
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lotus-lake/lotus-gate/policy"
)

// TestPolicies reads rules from a commit and from the disk, and refuses the same
// in both.
func TestPolicies(t *testing.T) {
	r := newRepo(t)
	r.commit(t, "p/a.rego", "package a.b", "p/deep/examples.yaml", "good: []", "p/README.md", "x", "q/c.rego", "package c.d", "file", "x")
	want := map[string][]string{"p": {"a.rego", "deep/examples.yaml"}, "q": {"c.rego"}}
	for _, c := range []struct {
		name  string
		spoil func()
		dirs  []string
		want  map[string][]string
		says  string
	}{
		{name: "two directories", dirs: []string{"p", "q"}, want: want},
		{name: "none", want: map[string][]string{}},
		{name: "deeper", dirs: []string{"p/deep"}, want: map[string][]string{"p/deep": {"examples.yaml"}}},
		{name: "not there", dirs: []string{"p", "r"}, says: "policies: r is not there, or no directory"},
		{name: "a file", dirs: []string{"file"}, says: "policies: file is not there, or no directory"},
		{name: "a rule that is a link", spoil: func() { link(t, r, "q/d.rego", "/etc/passwd") }, dirs: []string{"p", "q"}, says: "policies: q/d.rego is a link or a submodule, which is not followed"},
		{name: "a directory that is a link", spoil: func() {
			r.write(t, "q/d.rego", "")
			link(t, r, "q/d", "../p")
		}, dirs: []string{"q"}, says: "policies: q/d is a link or a submodule, which is not followed"},
		{name: "the directory itself is a link", spoil: func() { link(t, r, "s", "p") }, dirs: []string{"s"}, says: "policies: s is not there, or no directory"},
		{name: "below a link", dirs: []string{"s/deep"}, says: "policies: s/deep is not there, or no directory"},
		{name: "too large", spoil: func() { r.write(t, "p/large.rego", strings.Repeat("#", maxPolicyBytes)) }, dirs: []string{"p"}, says: "policies: more than 2000 files or 8388608 bytes"},
		{name: "far too large", spoil: func() { r.write(t, "p/large.rego", strings.Repeat("#", maxPolicyBytes+1)) }, dirs: []string{"p"}, says: "policies: p/large.rego cannot be read, or is larger than all policies may be"},
		{name: "too many", spoil: func() {
			for i := range maxPolicyFiles {
				r.write(t, filepath.Join("many", strings.Repeat("x", 1+i%50), strings.Repeat("y", 1+i/50)+".rego"), "#")
			}
			r.write(t, "many/z.rego", "#")
		}, dirs: []string{"many"}, says: "policies: more than 2000 files or 8388608 bytes"},
	} {
		if c.spoil != nil {
			c.spoil()
		}
		tip := hash(t, r.commit(t))
		git := r.open(t)
		for place, read := range map[string]func() ([]policy.Files, error){
			"commit": func() ([]policy.Files, error) { return PoliciesAt(git, tip, c.dirs) },
			"disk":   func() ([]policy.Files, error) { return PoliciesOnDisk(t.Context(), r.dir, git, c.dirs) },
		} {
			files, err := read()
			var unfit *policy.LoadError
			if c.says != "" {
				if !errors.As(err, &unfit) || err.Error() != c.says {
					t.Errorf("%s, %s: %v, want %q", c.name, place, err, c.says)
				}
				continue
			}
			if err != nil {
				t.Fatal(err)
			}
			got := map[string][]string{}
			for _, f := range files {
				got[f.Name] = namesIn(t, f.FS)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("%s, %s (-want +got):\n%s", c.name, place, diff)
			}
		}
	}
}

func link(t *testing.T, r lakeRepo, path, target string) {
	t.Helper()
	name := filepath.Join(r.dir, path)
	if err := os.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	if err := os.Symlink(target, name); err != nil {
		t.Fatal(err)
	}
}

func namesIn(t *testing.T, fsys fs.FS) []string {
	t.Helper()
	names := map[string]bool{}
	err := fs.WalkDir(fsys, ".", func(path string, entry fs.DirEntry, err error) error {
		if !entry.IsDir() {
			names[path] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return slices.Sorted(maps.Keys(names))
}

// TestPoliciesIgnored: what git ignores is on nobody's server.
func TestPoliciesIgnored(t *testing.T) {
	r := newRepo(t)
	r.commit(t, "p/a.rego", "package a.b", ".gitignore", "draft.rego\n")
	r.write(t, "p/draft.rego", "package c.d")
	files, err := PoliciesOnDisk(t.Context(), r.dir, r.open(t), []string{"p"})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"a.rego"}, namesIn(t, files[0].FS)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
