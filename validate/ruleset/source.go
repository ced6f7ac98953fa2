package ruleset

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"testing/fstest"

	"github.com/lotus-lake/lotus-gate/policy"
)

// source is a copy of the Rego files of one directory or ConfigMap, so that what
// is compiled is what is tested.
type source struct {
	name  string
	files map[string]string // text by path
}

func (s source) sum(w io.Writer) {
	fmt.Fprintf(w, "%d:%s%d ", len(s.name), s.name, len(s.files))
	for _, path := range slices.Sorted(maps.Keys(s.files)) {
		fmt.Fprintf(w, "%d:%s%d:%s", len(path), path, len(s.files[path]), s.files[path])
	}
}

func authored(sources []source) []policy.Files {
	all := make([]policy.Files, 0, len(sources))
	for _, s := range sources {
		files := fstest.MapFS{}
		for path, text := range s.files {
			files[path] = &fstest.MapFile{Data: []byte(text)}
		}
		all = append(all, policy.Files{Name: s.name, FS: files})
	}
	return all
}

// budget is what is left of the limits while sources are read.
type budget struct{ bytes, files int }

func (b *budget) take(where string, size int) error {
	if b.files--; b.files < 0 {
		return fmt.Errorf("%s: too many policy files", where)
	}
	if b.bytes -= size; b.bytes < 0 {
		return fmt.Errorf("%s: policies are too large", where)
	}
	return nil
}
