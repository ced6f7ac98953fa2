package author

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"

	"github.com/open-policy-agent/opa/v1/format"

	"github.com/lotus-lake/lotus-gate/policy"
)

// Formatted is a Rego file that is not written as `opa fmt` writes it.
type Formatted struct {
	Path string
	Diff []byte
	want []byte
}

// Format lists the Rego files under some paths that are to be written anew, without
// writing them. Files that do not parse are a *policy.LoadError.
func Format(paths []string) ([]Formatted, error) {
	names, err := find(paths, ".rego")
	if err != nil {
		return nil, err
	}
	if len(names) == 0 {
		return nil, &policy.LoadError{Err: fmt.Errorf("%v: no Rego file", paths)}
	}
	var changed []Formatted
	for _, name := range names {
		is, err := read(name)
		if err != nil {
			return nil, err
		}
		want, err := format.Source(name, is)
		if err != nil {
			return nil, &policy.LoadError{Err: err}
		}
		if !bytes.Equal(is, want) {
			changed = append(changed, Formatted{name, changes(name, is, name+" as it is formatted", want), want})
		}
	}
	return changed, nil
}

// Write writes the file anew, through a second one beside it, so that nobody ever
// reads half of it.
func (f Formatted) Write() error {
	path, err := filepath.EvalSymlinks(f.Path)
	if err != nil {
		return err
	}
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	file, err := os.CreateTemp(filepath.Dir(path), ".fmt-*")
	if err != nil {
		return err
	}
	defer os.Remove(file.Name())
	if _, err := file.Write(f.want); err != nil {
		file.Close()
		return err
	}
	if err := file.Close(); err != nil {
		return err
	}
	if err := os.Chmod(file.Name(), info.Mode().Perm()); err != nil {
		return err
	}
	return os.Rename(file.Name(), path)
}
