package ruleset

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"testing/fstest"

	"github.com/lotus-lake/lotus-gate/policy"
	"github.com/lotus-lake/lotus-gate/policy/bundle"
	"github.com/lotus-lake/lotus-gate/policy/remote"
)

// source is a copy of the Rego files of one directory or ConfigMap, so that what
// is compiled is what is tested; or an opened bundle, which does not change.
type source struct {
	name  string
	files map[string]string // text by path

	opened   *bundle.Bundle // nil for a directory or ConfigMap
	follower *follower      // of the bundle
	fetched  remote.Fetched // that it was read from
}

func (s source) empty() bool { return len(s.files) == 0 && s.opened == nil }

func (s source) sum(w io.Writer) {
	if s.opened != nil {
		fmt.Fprintf(w, "%d:%s%s ", len(s.name), s.name, s.opened.Digest)
		return
	}
	fmt.Fprintf(w, "%d:%s%d ", len(s.name), s.name, len(s.files))
	for _, path := range slices.Sorted(maps.Keys(s.files)) {
		fmt.Fprintf(w, "%d:%s%d:%s", len(path), path, len(s.files[path]), s.files[path])
	}
}

func authored(sources []source) []policy.Files {
	all := make([]policy.Files, 0, len(sources))
	for _, s := range sources {
		if s.opened != nil {
			all = append(all, s.opened.Files(s.name))
			continue
		}
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

// takeAll takes many files at once; it reports whether they were left.
func (b *budget) takeAll(files, bytes int) bool {
	b.files, b.bytes = b.files-files, b.bytes-bytes
	return b.files >= 0 && b.bytes >= 0
}
