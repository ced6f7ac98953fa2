package policy

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
)

// Files are an author's files: rules, helpers, tests, examples.
type Files struct {
	Name string // what is put before their paths in messages: a directory or "ConfigMap a/b"
	FS   fs.FS

	Indexed bool           // IndexFile of FS is to be believed: somebody who is trusted has checked all of it, and signed it
	Data    map[string]any // merged at the root of data for the rules

	only string // the one file of it to read, "" for all
}

// openPath makes Files of a file or directory.
func openPath(name string) (Files, error) {
	info, err := os.Stat(name)
	if err != nil {
		return Files{}, &LoadError{Err: err}
	}
	if info.IsDir() {
		return Files{Name: name, FS: os.DirFS(name)}, nil
	}
	dir, only := filepath.Split(name)
	if dir == "" {
		dir = "."
	}
	return Files{Name: dir, FS: os.DirFS(dir), only: only}, nil
}

// read parses the Rego files, tests left out.
func (f Files) read() ([]source, []*ast.Module, error) {
	sources, modules, err := f.parse(f.rule)
	if err == nil && len(sources) == 0 {
		err = &LoadError{Err: fmt.Errorf("%s: holds no Rego rule", f.Name)}
	}
	return sources, modules, err
}

// unparsed reads an author's rules without parsing them.
func unparsed(authors []Files) ([]source, error) {
	var all []source
	for _, f := range authors {
		var names []string
		err := fs.WalkDir(f.FS, ".", func(name string, entry fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case entry.IsDir() && strings.HasPrefix(entry.Name(), ".."):
				return fs.SkipDir
			case !entry.IsDir() && f.rule(name):
				names = append(names, name)
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
		read, err := inParallel(names, func(name string) (source, error) {
			text, err := ReadFile(f.FS, name)
			return source{
				Path: f.path(name), text: string(text),
				beside: func(other string) ([]byte, error) { return ReadFile(f.FS, path.Join(path.Dir(name), other)) },
			}, err
		})
		if err != nil {
			return nil, err
		}
		all = append(all, read...)
	}
	return all, nil
}

// rule reports whether a file is a rule or helpers, and no test.
func (f Files) rule(name string) bool {
	return f.only == name || f.only == "" && strings.HasSuffix(name, ".rego") && !strings.HasSuffix(name, testSuffix)
}

// readTests parses the Rego files that hold tests.
func (f Files) readTests() ([]source, []*ast.Module, error) {
	return f.parse(func(name string) bool { return f.only == "" && strings.HasSuffix(name, testSuffix) })
}

const testSuffix = "_test.rego"

// parse parses the files whose paths are wanted. Entries that begin with ".." are
// how Kubernetes keeps versions of a mounted ConfigMap, and are left out.
func (f Files) parse(wanted func(name string) bool) (sources []source, modules []*ast.Module, err error) {
	var wrong []error
	err = fs.WalkDir(f.FS, ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && strings.HasPrefix(entry.Name(), ".."):
			return fs.SkipDir
		case entry.IsDir() || !wanted(name):
			return nil
		}
		text, err := ReadFile(f.FS, name)
		if err != nil {
			wrong = append(wrong, &LoadError{Err: &PlaceError{f.path(name), 1, err}})
			return nil
		}
		src, module, err := parseSource(f.path(name), string(text))
		if err != nil {
			wrong = append(wrong, err)
			return nil
		}
		src.beside = func(other string) ([]byte, error) { return ReadFile(f.FS, path.Join(path.Dir(name), other)) }
		sources, modules = append(sources, src), append(modules, module)
		return nil
	})
	if err != nil {
		err = &LoadError{Err: fmt.Errorf("%s: %w", f.Name, err)}
	}
	return sources, modules, join(append(wrong, err))
}

// MaxFile bounds a file of an author, in bytes.
const MaxFile = 4 << 20

// ReadFile reads a file of an author: a regular one that is not huge.
func ReadFile(fsys fs.FS, name string) ([]byte, error) {
	info, err := fs.Stat(fsys, name)
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, errors.New("it is not a regular file")
	case info.Size() > MaxFile:
		return nil, fmt.Errorf("%d bytes, more than the %d that a policy file may have", info.Size(), MaxFile)
	}
	return fs.ReadFile(fsys, name)
}

func (f Files) path(name string) string {
	if f.Name == "" {
		return name
	}
	return filepath.Join(f.Name, name)
}
