// Package memory keeps what is known about policy files in a directory of the user.
package memory

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"sync"
)

// Directory is a policy.Memory. It is used only while it belongs to this user and
// nobody else can look into it; otherwise nothing is kept and nothing recalled.
type Directory struct {
	path   string
	reader func() string
}

// Open uses a directory, which is made when there is something to keep. "" is none.
func Open(path string) *Directory { return &Directory{path, sync.OnceValue(reader)} }

// Default is the directory of this user's caches, "" when there is none.
func Default() string {
	dir, err := os.UserCacheDir()
	if err != nil || !filepath.IsAbs(dir) {
		return ""
	}
	return filepath.Join(dir, "lotus-gate", "policies")
}

const (
	maxBytes   = 64 << 20 // of one value
	maxEntries = 32       // values that are kept; the oldest make room
)

// Recall implements policy.Memory.
func (d *Directory) Recall(key string) []byte {
	if d.path == "" || !private(d.path) {
		return nil
	}
	file, err := os.Open(filepath.Join(d.path, key))
	if err != nil {
		return nil
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil || !info.Mode().IsRegular() || !owned(info) || info.Size() > maxBytes {
		return nil
	}
	value := make([]byte, info.Size())
	if _, err := io.ReadFull(file, value); err != nil {
		return nil
	}
	return value
}

// Keep implements policy.Memory. What cannot be kept is found out again.
func (d *Directory) Keep(key string, value []byte) {
	if d.path == "" || len(value) > maxBytes || os.MkdirAll(d.path, 0o700) != nil || !private(d.path) {
		return
	}
	file, err := os.CreateTemp(d.path, "new-")
	if err != nil {
		return
	}
	_, err = file.Write(value)
	if closed := file.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Rename(file.Name(), filepath.Join(d.path, key))
	}
	if err != nil {
		_ = os.Remove(file.Name())
		return
	}
	d.makeRoom()
}

// makeRoom removes the oldest values when there are too many.
func (d *Directory) makeRoom() {
	entries, err := os.ReadDir(d.path)
	if err != nil || len(entries) <= maxEntries {
		return
	}
	age := map[string]int64{}
	for _, entry := range entries {
		if info, err := entry.Info(); err == nil {
			age[entry.Name()] = info.ModTime().UnixNano()
		}
	}
	slices.SortFunc(entries, func(a, b os.DirEntry) int { return int(min(1, max(-1, age[a.Name()]-age[b.Name()]))) })
	for _, entry := range entries[:len(entries)-maxEntries] {
		_ = os.Remove(filepath.Join(d.path, entry.Name()))
	}
}

// private reports whether a directory is this user's and nobody else's.
func private(path string) bool {
	info, err := os.Lstat(path)
	return err == nil && info.IsDir() && info.Mode().Perm()&0o077 == 0 && owned(info)
}

// Reader implements policy.Memory: the build, and the file that runs.
func (d *Directory) Reader() string { return d.reader() }

func reader() string {
	sum := sha256.New()
	if build, ok := debug.ReadBuildInfo(); ok {
		fmt.Fprintln(sum, build)
	}
	if program, err := os.Executable(); err == nil {
		if info, err := os.Stat(program); err == nil {
			fmt.Fprintln(sum, info.Size(), info.ModTime().UnixNano())
		}
	}
	return hex.EncodeToString(sum.Sum(nil))
}
