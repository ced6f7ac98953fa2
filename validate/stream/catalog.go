package stream

import (
	"cmp"
	"path"
	"slices"
	"unicode/utf8"

	"github.com/lotus-lake/lotus-gate/validate/parse"
)

// Render returns `_catalog.json` of one source, byte for byte as the lake's
// generate-catalog.py writes it, from the source's stream files (those whose name begins
// with an underscore are left out) and its discovered schemas by stream name. Without
// stream files the generator writes nothing, and Render returns nil. Every error is a
// *RenderError, and stands for an input on which the generator raises an exception, or on
// which its result could not be known.
func Render(streams []File, discovered map[string]File) ([]byte, error) {
	var configs []File
	for _, file := range streams {
		if IsConfig(path.Base(file.Path)) {
			configs = append(configs, file)
		}
	}
	if len(configs) == 0 {
		return nil, nil
	}
	slices.SortStableFunc(configs, func(a, b File) int {
		return comparePython(path.Base(a.Path), path.Base(b.Path))
	})
	entries := make([]parse.Node, len(configs))
	for i, config := range configs {
		var err error
		if entries[i], err = catalogEntry(config, discovered); err != nil {
			return nil, err
		}
	}
	catalog := dict(entry("streams", list(entries...)))
	return dump(nil, &catalog, 0), nil
}

// comparePython orders file names as Python's sorted does: by code point, where a byte that
// is no UTF-8 counts as a surrogate (os.fsdecode, surrogateescape). The suffix takes part:
// "a-b.json" comes before "a.json".
func comparePython(a, b string) int {
	for a != "" && b != "" {
		x, size := fsRune(a)
		y, other := fsRune(b)
		if x != y {
			return cmp.Compare(x, y)
		}
		a, b = a[size:], b[other:]
	}
	return cmp.Compare(len(a), len(b))
}

func fsRune(name string) (rune, int) {
	r, size := utf8.DecodeRuneInString(name)
	if r == utf8.RuneError && size == 1 {
		return 0xdc00 + rune(name[0]), 1
	}
	return r, size
}
