package lake

import (
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/lotus-lake/lotus-gate/policy"
	"github.com/lotus-lake/lotus-gate/validate/parse/hcl"
	"github.com/lotus-lake/lotus-gate/validate/stream"
	"github.com/lotus-lake/lotus-gate/validate/terraform"
)

// IsTerraform reports whether a path is a file that Terraform loads.
func IsTerraform(p string) bool {
	return strings.HasSuffix(p, ".tf") || strings.HasSuffix(p, ".tf.json")
}

// ModuleDirs lists every directory with Terraform files.
func (v *View) ModuleDirs() ([]string, error) {
	var dirs []string
	err := Walk(v, "", func(e Entry) error {
		if e.Mode == Regular && IsTerraform(e.Path) {
			dirs = append(dirs, Parent(e.Path))
		}
		return nil
	})
	slices.Sort(dirs)
	return slices.Compact(dirs), err
}

// Module builds the document of the root module in a directory; false when
// there is none. base is the snapshot before the change, nil for none.
func (v *View) Module(base *View, dir string) (policy.Document, bool, error) {
	facts, err := v.Facts(dir)
	if err != nil || facts == nil {
		return policy.Document{}, false, err
	}
	if base != nil {
		before := facts
		same, err := v.same(base, dir)
		if err == nil && !same {
			before, err = base.Facts(dir)
		}
		if err != nil {
			return policy.Document{}, false, err
		}
		if before != nil {
			facts = facts.Against(before)
		}
	}
	input, err := plain(facts)
	return policy.Document{Kind: "module", Path: dir, Input: input}, err == nil, err
}

// same reports whether a directory is, to the byte, what it was before.
func (v *View) same(base *View, dir string) (bool, error) {
	now, ok, err := v.Entry(dir)
	if err != nil || !ok || now.ID == "" {
		return false, err
	}
	before, ok, err := base.Entry(dir)
	return ok && before == now, err
}

// Facts are what is known of the module in a directory, parsed once; nil when the
// directory has no Terraform files.
func (v *View) Facts(dir string) (*terraform.Module, error) {
	v.mu.Lock()
	once, ok := v.modules[dir]
	if !ok {
		once = sync.OnceValues(func() (*terraform.Module, error) { return v.parseModule(dir) })
		v.modules[dir] = once
	}
	v.mu.Unlock()
	return once()
}

func (v *View) parseModule(dir string) (*terraform.Module, error) {
	entries, err := v.List(dir)
	if err != nil {
		return nil, err
	}
	var files []*hcl.File
	for _, e := range entries {
		if e.Mode != Regular || !IsTerraform(e.Path) {
			continue
		}
		data, err := v.Read(e)
		if err != nil {
			return nil, err
		}
		files = append(files, hcl.Parse(e.Path, data))
	}
	if len(files) == 0 {
		return nil, nil
	}
	around := surroundings{view: v}
	facts := terraform.Build(terraform.Input{
		Dir: dir, Files: files, Tree: &around, Streams: v.Layout.Streams, Quartz: stream.Quartz,
	})
	return facts, around.err
}

// surroundings lets a module look at the files around it; the first error is
// kept, because "cannot tell" is not "does not exist".
type surroundings struct {
	view *View
	err  error
}

func (s *surroundings) note(err error) {
	if s.err == nil {
		s.err = err
	}
}

// Exists implements terraform.Tree.
func (s *surroundings) Exists(p string) bool {
	e, ok, err := s.view.Entry(p)
	s.note(err)
	return ok && e.Mode != Directory
}

// List implements terraform.Tree.
func (s *surroundings) List(dir string) []string {
	var files []string
	s.note(Walk(s.view, path.Clean("/" + dir)[1:], func(e Entry) error {
		files = append(files, e.Path)
		return nil
	}))
	return files
}

// Read implements terraform.Tree.
func (s *surroundings) Read(p string) ([]byte, error) {
	data, _, err := ReadPath(s.view, p)
	return data, err
}
