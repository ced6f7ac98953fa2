package repo

import (
	"cmp"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
)

// objectDir is one object directory: loose objects and packs.
type objectDir struct {
	path  string
	cache *lru[packPos]

	mu    sync.Mutex
	packs atomic.Pointer[[]*pack] // nil until listed; never changed in place
	last  atomic.Pointer[pack]    // the pack that last held what was asked for
}

// list returns the packs, listing the directory on first use.
func (d *objectDir) list() ([]*pack, error) {
	if packs := d.packs.Load(); packs != nil {
		return *packs, nil
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if packs := d.packs.Load(); packs != nil {
		return *packs, nil
	}
	packs, err := d.scan(nil)
	if err == nil {
		d.packs.Store(&packs)
	}
	return packs, err
}

// rescan looks for packs that came since, such as a concurrent repack makes, and forgets those that went.
func (d *objectDir) rescan() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	var known []*pack
	if packs := d.packs.Load(); packs != nil {
		known = *packs
	}
	packs, err := d.scan(known)
	if err != nil {
		return err
	}
	d.packs.Store(&packs)
	return nil
}

// scan lists the packs that have an index, newest first, and keeps known ones as they are. A multi-pack-index only
// repeats what the indexes say, and what marks a pack (.keep, .mtimes, .rev, .bitmap) does not change what it holds.
func (d *objectDir) scan(known []*pack) ([]*pack, error) {
	dir := filepath.Join(d.path, "pack")
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return []*pack{}, nil
	}
	if err != nil {
		return nil, err
	}
	type dated struct {
		pack *pack
		time int64
	}
	var found []dated
	for _, e := range entries {
		name, ok := strings.CutSuffix(e.Name(), ".idx")
		if !ok {
			continue
		}
		info, err := e.Info()
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		path := filepath.Join(dir, name)
		p := packAt(known, path)
		if p == nil {
			p = newPack(path, d.cache)
		}
		found = append(found, dated{p, info.ModTime().UnixNano()})
	}
	slices.SortStableFunc(found, func(a, b dated) int { return cmp.Compare(b.time, a.time) })
	packs := make([]*pack, len(found))
	for i, f := range found {
		packs[i] = f.pack
	}
	return packs, nil
}

func packAt(packs []*pack, path string) *pack {
	for _, p := range packs {
		if p.path == path {
			return p
		}
	}
	return nil
}

// findPacked tells which pack holds an object, and where in it.
func (d *objectDir) findPacked(h Hash) (packPos, bool, error) {
	packs, err := d.list()
	if err != nil {
		return packPos{}, false, err
	}
	last := d.last.Load()
	if last != nil {
		if offset, ok, err := last.find(h); ok || err != nil {
			return packPos{last, offset}, ok, err
		}
	}
	for _, p := range packs {
		if p == last {
			continue
		}
		offset, ok, err := p.find(h)
		if err != nil {
			return packPos{}, false, err
		}
		if ok {
			d.last.Store(p)
			return packPos{p, offset}, true, nil
		}
	}
	return packPos{}, false, nil
}

// has tells whether the directory itself holds an object.
func (d *objectDir) has(h Hash) (bool, error) {
	if _, ok, err := d.findPacked(h); ok || err != nil {
		return ok, err
	}
	_, err := os.Lstat(loosePath(d.path, h))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}

// promised tells whether a pack came from a remote that promised what it left out.
func (d *objectDir) promised() bool {
	marks, _ := filepath.Glob(filepath.Join(escapeGlob(d.path), "pack", "*.promisor"))
	return len(marks) > 0
}

func escapeGlob(path string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(path)
}

// withPrefix returns the names of objects that begin with the first digits hexadecimal digits of prefix.
func (d *objectDir) withPrefix(prefix Hash, digits int) ([]Hash, error) {
	packs, err := d.list()
	if err != nil {
		return nil, err
	}
	var found []Hash
	for _, p := range packs {
		x, err := p.index()
		if err != nil {
			return nil, err
		}
		found = append(found, x.withPrefix(prefix, digits)...)
	}
	first := prefix.String()[:2]
	entries, err := os.ReadDir(filepath.Join(d.path, first))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	for _, e := range entries {
		if h, err := ParseHash(first + e.Name()); err == nil && hasPrefix(h, prefix, digits) {
			found = append(found, h)
		}
	}
	return found, nil
}

func (d *objectDir) close() error {
	var err error
	if packs := d.packs.Load(); packs != nil {
		for _, p := range *packs {
			err = errors.Join(err, p.close())
		}
	}
	return err
}
