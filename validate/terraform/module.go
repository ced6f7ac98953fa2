// Package terraform says what a Terraform root module means, without Terraform: its resources and what they refer to,
// the files it reads, its schedules and credentials, and what a change of it would do. It is pure: it sees parsed
// files and a Tree, and touches no disk, state or network.
package terraform

import (
	"sort"

	"github.com/lotus-lake/lotus-gate/validate/parse/hcl"
)

// Tree is the repository around a module, at one commit. Paths are relative to its root, with `/`.
type Tree interface {
	Exists(path string) bool          // path is a file
	List(dir string) []string         // paths of all files below dir, at any depth, sorted
	Read(path string) ([]byte, error) // content of a file
}

// Input is what Build needs to know of a module.
type Input struct {
	Dir     string      // the module's directory
	Files   []*hcl.File // its .tf and .tf.json files
	Tree    Tree
	Streams string                                  // directory of the stream configurations, one directory a source
	Quartz  func(expression, timeZone string) error // judges a schedule
}

// Build gives the facts of one module.
func Build(in Input) *Module {
	files := append([]*hcl.File(nil), in.Files...)
	sort.SliceStable(files, func(i, j int) bool { return loadedBefore(files[i].Path, files[j].Path) })
	m := emptyModule(in.Dir)
	x := &index{
		in: in, declared: map[string]Position{}, locals: map[string]*attribute{}, defaults: map[string]*attribute{},
		found: map[[2]string][]string{}, listed: map[string][]string{},
	}
	m.index = x
	for _, f := range files {
		m.Files = append(m.Files, f.Path)
		for _, p := range f.Problems {
			m.Syntax = append(m.Syntax, Problem{Message: p.Message, At: Position{Path: f.Path, Line: p.At.Line, Column: p.At.Column}})
		}
		for i := range f.Blocks {
			x.add(m, f.Path, &f.Blocks[i])
		}
	}
	sort.Strings(m.Files)
	x.declare(m)
	x.resolve(m)
	x.readFiles(m)
	x.findCredentials(m)
	x.requireProviders(m)
	x.checkAttributes(m)
	x.checkSchedules(m)
	x.findResets(m)
	if x.scanned > maxScanned {
		at := Position{Path: in.Dir, Line: 1, Column: 1}
		m.Syntax = append(m.Syntax, Problem{Message: "its filesets match against too many files to be judged", At: at})
	}
	return m
}

// Against is the module with what it is compared with: itself before the change.
func (m *Module) Against(base *Module) *Module {
	with := *m
	with.Base = &Base{Resources: []BaseResource{}}
	for _, r := range base.Resources {
		with.Base.Resources = append(with.Base.Resources, BaseResource{Address: r.Address, Type: r.Type, Title: r.Title, At: r.At})
	}
	return &with
}

// emptyModule has no nil lists: rules iterate over what is there, and JSON shows [] rather than null.
func emptyModule(dir string) *Module {
	return &Module{
		Path: dir, Files: []string{}, Syntax: []Problem{}, Resources: []Resource{}, Variables: []Variable{}, Locals: []Named{},
		Outputs: []Named{}, Modules: []Named{}, References: []Reference{}, Duplicates: []Duplicate{}, Reads: []Read{},
		Credentials: []Credential{}, UnknownAttributes: []Unknown{}, Crons: []Cron{}, Providers: []Provider{},
		Moved: []Moved{}, Removed: []Removed{}, Imports: []Import{}, Resets: []Reset{},
	}
}
