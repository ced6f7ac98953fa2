package ruleset

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// readDirectory takes a copy of the Rego files of a directory. A directory that is not there is an error; one
// without Rego has no files.
//
// A mounted ConfigMap is a link "..data" to the directory of one version, which
// the kubelet swaps; everything else in it leads through that link.
func readDirectory(dir string, left *budget) (source, error) {
	root := dir
	if version, err := filepath.EvalSymlinks(filepath.Join(dir, "..data")); err == nil {
		root = version
	}
	files := map[string]string{}
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && path != root && strings.HasPrefix(entry.Name(), ".."):
			return fs.SkipDir // another version of a mounted ConfigMap
		case entry.IsDir():
			return nil
		case !strings.HasSuffix(path, ".rego"):
			return nil
		}
		name, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		text, err := readFile(path, left)
		if errors.Is(err, fs.ErrNotExist) {
			return nil // removed meanwhile, or a link to nowhere
		}
		files[filepath.ToSlash(name)] = string(text)
		return err
	})
	if err != nil {
		return source{}, fmt.Errorf("policies of %s: %w", dir, err)
	}
	return source{name: dir, files: files}, nil
}

// readFile reads a regular file and no more than is left.
func readFile(path string, left *budget) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s: no regular file", path)
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, int64(left.bytes)+1))
	if err != nil {
		return nil, err
	}
	return text, left.take(path, len(text))
}
