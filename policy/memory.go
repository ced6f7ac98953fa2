package policy

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io/fs"
	"strings"
)

// Memory keeps what was found out about an author's files, so that hundreds of rules
// need not be parsed and checked by each process anew. Whoever can write it decides what
// an author's rules are: it must be as safe as the rules themselves.
type Memory interface {
	Recall(key string) []byte // nil when nothing is kept
	Keep(key string, value []byte)
	// Reader names the program that reads and writes: another one may make
	// something else of the same files.
	Reader() string
}

// recall finds the index of files that were parsed and checked before. Nothing of
// it can be out of date: the key is made of every byte that the index was made of, and
// only files without a mistake are kept.
func recall(memory Memory, s *Set, added []source) (index, bool) {
	if memory == nil {
		return index{}, false
	}
	key, err := s.memoryKey(memory, added)
	if err != nil {
		return index{}, false
	}
	var idx index
	raw := memory.Recall(key)
	if raw == nil || json.Unmarshal(raw, &idx) != nil || len(idx.Sources) != len(added) {
		return index{}, false
	}
	for i, src := range added {
		if idx.Sources[i].Path != src.Path {
			return index{}, false
		}
		idx.Sources[i].text, idx.Sources[i].beside = src.text, src.beside
	}
	return idx, true
}

// keep remembers that files are right, and what they hold.
func keep(memory Memory, key string, idx index) {
	if raw, err := json.Marshal(idx); err == nil {
		memory.Keep(key, raw)
	}
}

// memoryKey is made of all that decides whether files are right: the program, the
// shipped rules that they may import or collide with, and their own bytes.
func (s *Set) memoryKey(memory Memory, added []source) (string, error) {
	sum := sha256.New()
	part := func(text string) { fmt.Fprintf(sum, "%d:%s", len(text), text) }
	part(memory.Reader())
	part(strings.Join(s.allowed, " "))
	if s.builtin != nil {
		shipped, err := fs.ReadFile(s.builtin, IndexFile)
		if err != nil {
			return "", err
		}
		part(string(shipped))
	}
	for _, src := range added {
		part(src.Path)
		part(src.text)
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}
