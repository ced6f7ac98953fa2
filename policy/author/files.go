package author

import (
	"cmp"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/lotus-lake/lotus-gate/policy"
)

// find lists the regular files under some paths that have a name, or whose names end
// so when suffix begins with a dot. A path that is a file stands for itself.
func find(paths []string, suffix string) ([]string, error) {
	var found []string
	for _, path := range paths {
		err := filepath.WalkDir(path, func(name string, entry fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case entry.IsDir() && strings.HasPrefix(entry.Name(), ".") && name != path:
				return fs.SkipDir // .git, and versions of a mounted ConfigMap
			case entry.IsDir():
				return nil
			case strings.HasPrefix(suffix, ".") && strings.HasSuffix(name, suffix), entry.Name() == suffix:
				found = append(found, name)
			}
			return nil
		})
		if err != nil {
			return nil, &policy.LoadError{Err: err}
		}
	}
	slices.Sort(found)
	return slices.Compact(found), nil
}

// read reads a file that find has found, unless it is huge.
func read(name string) ([]byte, error) {
	dir, base := filepath.Split(name)
	text, err := policy.ReadFile(os.DirFS(cmp.Or(dir, ".")), base)
	if err != nil {
		return nil, &policy.LoadError{Err: fmt.Errorf("%s: %w", name, err)}
	}
	return text, nil
}
