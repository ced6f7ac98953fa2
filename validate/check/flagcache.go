package check

import (
	"bufio"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/lotus-lake/lotus-gate/validate/lake"
)

// flagFile keeps a lake.FlagCache in the repository that receives pushes. It is
// only ever a saving: what it lacks is read from the repository, and a file that
// cannot be written is no reason to refuse a push. A directory's id is the hash
// of its content, so an entry is never out of date.
type flagFile struct {
	path string

	mu     sync.Mutex
	known  map[string]bool
	added  bool
	looked map[string]bool // asked for in this run
}

var _ lake.FlagCache = (*flagFile)(nil)

// maxFlags bounds the file: past it only what this run used is kept.
const maxFlags = 20_000

// openFlags reads the cache of a repository.
func openFlags(gitDir string) *flagFile {
	f := &flagFile{path: filepath.Join(gitDir, "lotus-gate", "flags"), known: map[string]bool{}, looked: map[string]bool{}}
	file, err := os.Open(f.path)
	if err != nil {
		return f
	}
	defer file.Close()
	for lines := bufio.NewScanner(file); lines.Scan(); {
		// "<id> 0" or "<id> 1"
		id, on, _ := strings.Cut(lines.Text(), " ")
		if len(id) == 40 && (on == "0" || on == "1") {
			f.known[id] = on == "1"
		}
	}
	return f
}

// Lookup implements lake.FlagCache.
func (f *flagFile) Lookup(id string) (on, ok bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.looked[id] = true
	on, ok = f.known[id]
	return on, ok
}

// Store implements lake.FlagCache.
func (f *flagFile) Store(id string, on bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.known[id], f.looked[id], f.added = on, true, true
}

// save writes what was learnt, whole or not at all.
func (f *flagFile) save() {
	if !f.added {
		return
	}
	var text []byte
	for id, on := range f.known {
		if len(f.known) > maxFlags && !f.looked[id] {
			continue
		}
		text = append(text, id...)
		if on {
			text = append(text, " 1\n"...)
		} else {
			text = append(text, " 0\n"...)
		}
	}
	if os.MkdirAll(filepath.Dir(f.path), 0o755) != nil {
		return
	}
	temporary, err := os.CreateTemp(filepath.Dir(f.path), "flags-*")
	if err != nil {
		return
	}
	_, writeErr := temporary.Write(text)
	if closeErr := temporary.Close(); writeErr != nil || closeErr != nil || os.Rename(temporary.Name(), f.path) != nil {
		_ = os.Remove(temporary.Name())
	}
}
