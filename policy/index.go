package policy

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"strings"
)

// IndexFile is where a file system of rules keeps its index: the METADATA of
// all its rules and the imports of all its files, so that a process that judges
// three stream files neither parses nor compiles fifty rules.
const IndexFile = "index.json"

type index struct {
	Rules   []Rule   `json:"rules"`
	Sources []source `json:"sources"`
}

// Index computes the content of IndexFile from the rules themselves.
func Index(fsys fs.FS) ([]byte, error) {
	sources, modules, err := Files{FS: fsys}.parse(func(name string) bool {
		return strings.HasSuffix(name, ".rego") && !strings.HasSuffix(name, testSuffix)
	})
	if err != nil {
		return nil, err
	}
	idx := index{Sources: sources}
	for i, src := range sources {
		if src.isLibrary() {
			continue
		}
		rule, err := describe(src, modules[i])
		if err != nil {
			return nil, err
		}
		idx.Rules = append(idx.Rules, rule)
	}
	out, err := json.MarshalIndent(idx, "", " ")
	return append(out, '\n'), err
}

func readIndex(fsys fs.FS) (index, error) {
	raw, err := fs.ReadFile(fsys, IndexFile)
	if err != nil {
		return index{}, fmt.Errorf("read rule index: %w", err)
	}
	var idx index
	if err := json.Unmarshal(raw, &idx); err != nil {
		return index{}, fmt.Errorf("read rule index: %w", err)
	}
	return idx, nil
}
