package repo

import (
	"errors"
	"io/fs"

	"github.com/go-git/go-git/v5/plumbing"
)

const (
	baseBudget = 24 << 20 // bytes of delta bases kept
	treeBudget = 8 << 20  // bytes of trees kept

	// maxMeta bounds commits, tags and trees, in bytes. A tree of a million files has about 40 MiB.
	maxMeta = 128 << 20
)

// store reads objects from all object directories of a repository.
type store struct {
	dirs    []*objectDir // in order of look-up
	own     int          // dirs[:own] are the quarantine, if there is one
	partial bool         // some remote promised objects
	trees   *lru[Hash]
}

func newStore(paths []string, quarantine, partial bool) *store {
	s := &store{partial: partial, trees: newLRU[Hash](treeBudget)}
	cache := newLRU[packPos](baseBudget)
	for _, path := range paths {
		s.dirs = append(s.dirs, &objectDir{path: path, cache: cache})
	}
	if quarantine {
		s.own = 1
	}
	return s
}

// read returns an object. If it has more than max bytes, only its size and ErrTooLarge.
func (s *store) read(h Hash, max int64) (object, int64, error) {
	obj, size, err := s.tryRead(h, max)
	if !s.gone(err) {
		return obj, size, err
	}
	if err := s.rescan(); err != nil {
		return object{}, 0, err
	}
	obj, size, err = s.tryRead(h, max)
	return obj, size, s.explain(err)
}

func (s *store) tryRead(h Hash, max int64) (object, int64, error) {
	for _, d := range s.dirs {
		at, ok, err := d.findPacked(h)
		if err != nil {
			return object{}, 0, err
		}
		if ok {
			return at.pack.read(at.offset, max)
		}
	}
	for _, d := range s.dirs {
		if obj, size, ok, err := readLoose(d.path, h, max); ok || err != nil {
			return obj, size, err
		}
	}
	if obj, ok := builtin[h]; ok {
		return limited(obj, max)
	}
	return object{}, 0, &MissingObjectError{h}
}

// builtin are the objects git knows without storing them: the empty tree and the empty blob.
var builtin = map[Hash]object{
	plumbing.ComputeHash(KindTree, nil): {kind: KindTree},
	plumbing.ComputeHash(KindBlob, nil): {kind: KindBlob},
}

// stat returns the type and size of an object.
func (s *store) stat(h Hash) (Kind, int64, error) {
	kind, size, err := s.tryStat(h)
	if !s.gone(err) {
		return kind, size, err
	}
	if err := s.rescan(); err != nil {
		return 0, 0, err
	}
	kind, size, err = s.tryStat(h)
	return kind, size, s.explain(err)
}

func (s *store) tryStat(h Hash) (Kind, int64, error) {
	for _, d := range s.dirs {
		at, ok, err := d.findPacked(h)
		if err != nil {
			return 0, 0, err
		}
		if ok {
			return at.pack.stat(at.offset)
		}
	}
	for _, d := range s.dirs {
		obj, size, ok, err := readLoose(d.path, h, -1)
		if ok && (err == nil || errors.Is(err, ErrTooLarge)) {
			return obj.kind, size, nil
		}
		if err != nil {
			return 0, 0, err
		}
	}
	if obj, ok := builtin[h]; ok {
		return obj.kind, 0, nil
	}
	return 0, 0, &MissingObjectError{h}
}

// gone tells whether an error may be due to a concurrent repack.
func (s *store) gone(err error) bool {
	var missing *MissingObjectError
	return errors.As(err, &missing) || errors.Is(err, fs.ErrNotExist)
}

func (s *store) rescan() error {
	for _, d := range s.dirs {
		if err := d.rescan(); err != nil {
			return err
		}
	}
	return nil
}

func (s *store) explain(err error) error {
	var missing *MissingObjectError
	if !errors.As(err, &missing) {
		return err
	}
	if s.partial {
		return promisedError(missing.Hash)
	}
	for _, d := range s.dirs {
		if d.promised() {
			return promisedError(missing.Hash)
		}
	}
	return err
}

// isNew tells whether only the quarantine holds an object, so that nothing that existed before refers to it.
func (s *store) isNew(h Hash) (bool, error) {
	if s.own == 0 {
		return false, nil
	}
	old, err := hasIn(s.dirs[s.own:], h)
	return !old, err
}

// noneQuarantined tells whether none of some objects is in the quarantine.
func (s *store) noneQuarantined(hashes []Hash) (bool, error) {
	for _, h := range hashes {
		if quarantined, err := hasIn(s.dirs[:s.own], h); quarantined || err != nil {
			return false, err
		}
	}
	return true, nil
}

func hasIn(dirs []*objectDir, h Hash) (bool, error) {
	for _, d := range dirs {
		if ok, err := d.has(h); ok || err != nil {
			return ok, err
		}
	}
	return false, nil
}

// typed reads an object that must be of a kind and is small by nature.
func (s *store) typed(h Hash, kind Kind) ([]byte, error) {
	obj, size, err := s.read(h, maxMeta)
	switch {
	case errors.Is(err, ErrTooLarge):
		return nil, corrupt(kind.String()+" "+h.String(), "%d bytes: %w", size, err)
	case err != nil:
		return nil, err
	case obj.kind != kind:
		return nil, corrupt("object "+h.String(), "is a %s, not a %s", obj.kind, kind)
	}
	return obj.data, nil
}

func (s *store) tree(h Hash) ([]byte, error) {
	if obj, ok := s.trees.get(h); ok {
		return obj.data, nil
	}
	data, err := s.typed(h, KindTree)
	if err == nil {
		s.trees.put(h, object{KindTree, data})
	}
	return data, err
}

func (s *store) close() error {
	var err error
	for _, d := range s.dirs {
		err = errors.Join(err, d.close())
	}
	return err
}
