package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/lotus-lake/lotus-gate/validate/repo"
)

// reader reads files for code frames.
type reader func(path, commit string) []byte

// maxFrame bounds the files that code frames are cut from.
const maxFrame = 4 << 20

// sourceOf reads files of a commit or, when none is named, of a directory.
func sourceOf(git *repo.Repo, dir string) reader {
	return func(path, commit string) []byte {
		if commit == "" {
			info, err := os.Lstat(filepath.Join(dir, path))
			if err != nil || !info.Mode().IsRegular() || info.Size() > maxFrame {
				return nil
			}
			data, _ := os.ReadFile(filepath.Join(dir, path))
			return data
		}
		id, err := repo.ParseHash(commit)
		if err != nil || git == nil {
			return nil
		}
		e, ok, err := git.Entry(id, path)
		if err != nil || !ok {
			return nil
		}
		data, _, _ := git.Blob(e.Hash, maxFrame)
		return data
	}
}

// sourceOfIndex reads files as they are staged.
func sourceOfIndex(git *repo.Repo) reader {
	staged := sync.OnceValue(func() map[string]repo.Hash {
		entries, err := git.Index()
		if err != nil {
			return nil
		}
		blobs := make(map[string]repo.Hash, len(entries))
		for _, e := range entries {
			if e.Stage == 0 {
				blobs[e.Path] = e.Hash
			}
		}
		return blobs
	})
	return func(path, _ string) []byte {
		id, ok := staged()[path]
		if !ok {
			return nil
		}
		data, _, _ := git.Blob(id, maxFrame)
		return data
	}
}

// Some lines more than are shown, for what they say of those that are: that the
// value below them is a credential.
const (
	linesBefore = 30
	linesAfter  = 2
)

// lines returns the lines around one, and the number of the first.
func (read reader) lines(path, commit string, line int) (lines []string, first int, ok bool) {
	data := read(path, commit)
	if data == nil || bytes.IndexByte(data, 0) >= 0 {
		return nil, 0, false
	}
	all := strings.Split(strings.TrimSuffix(string(data), "\n"), "\n")
	if line < 1 || line > len(all) {
		return nil, 0, false
	}
	first = max(line-linesBefore, 1)
	return all[first-1 : min(line+linesAfter, len(all))], first, true
}
