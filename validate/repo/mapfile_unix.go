//go:build unix

package repo

import (
	"fmt"
	"math"
	"os"
	"syscall"
)

// mapFile gives the content of a file that git never changes in place, without reading it. As with git itself, a
// process dies if another truncates such a file meanwhile; removing it does no harm.
func mapFile(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	size := info.Size()
	if size == 0 || size > math.MaxInt {
		return nil, corrupt(name, "file of %d bytes", size)
	}
	data, err := syscall.Mmap(int(f.Fd()), 0, int(size), syscall.PROT_READ, syscall.MAP_PRIVATE)
	if err != nil {
		return nil, fmt.Errorf("map %s: %w", name, err)
	}
	return data, nil
}

func unmapFile(data []byte) error { return syscall.Munmap(data) }
