package repo

import (
	"encoding/binary"
	"errors"
	"io/fs"
	"sync"
)

const (
	// maxDeltaDepth is more than git itself ever writes (4095).
	maxDeltaDepth = 4096
	// maxBase bounds each object that is inflated only because another is a delta of it, in bytes.
	maxBase = 128 << 20
	// maxChain bounds the sum of the objects that are made to read one object, in bytes; each replaces the one before.
	maxChain = 4 << 30
	// maxDeltas bounds the sum of the instructions that are inflated to read one object, in bytes.
	maxDeltas = 64 << 20

	packHeader   = 12
	packOfsDelta = 6
	packRefDelta = 7
)

// pack reads objects of one pack. Its files are mapped when first needed.
type pack struct {
	path  string // without extension
	cache *lru[packPos]

	index func() (*packIndex, error)
	data  func() ([]byte, error)

	mu     sync.Mutex
	mapped [][]byte
}

// packPos is where an object begins.
type packPos struct {
	pack   *pack
	offset int64
}

func newPack(path string, cache *lru[packPos]) *pack {
	p := &pack{path: path, cache: cache}
	p.index = sync.OnceValues(p.openIndex)
	p.data = sync.OnceValues(p.openData)
	return p
}

func (p *pack) openIndex() (*packIndex, error) {
	data, err := p.open(p.path + ".idx")
	if err != nil {
		return nil, err
	}
	return openPackIndex(p.path+".idx", data)
}

func (p *pack) openData() ([]byte, error) {
	name := p.path + ".pack"
	data, err := p.open(name)
	if err != nil {
		return nil, err
	}
	if len(data) < packHeader || string(data[:4]) != "PACK" {
		return nil, corrupt(name, "not a pack")
	}
	if v := binary.BigEndian.Uint32(data[4:]); v != 2 && v != 3 {
		return nil, corrupt(name, "not a pack of version 2 or 3")
	}
	return data, nil
}

func (p *pack) open(name string) ([]byte, error) {
	data, err := mapFile(name)
	if err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.mapped = append(p.mapped, data)
	return data, nil
}

func (p *pack) close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	var err error
	for _, data := range p.mapped {
		err = errors.Join(err, unmapFile(data))
	}
	p.mapped = nil
	return err
}

// find tells whether the pack holds an object, and where. A pack that a concurrent repack removed holds nothing.
func (p *pack) find(h Hash) (int64, bool, error) {
	x, err := p.index()
	if errors.Is(err, fs.ErrNotExist) {
		return 0, false, nil
	}
	if err != nil {
		return 0, false, err
	}
	return x.find(h)
}

// packEntry is an object in a pack.
type packEntry struct {
	kind Kind   // of a delta: packOfsDelta or packRefDelta
	size int64  // inflated; of a delta: of its instructions
	base int64  // of a delta: the offset of its base
	data []byte // begins with what is compressed
}

func (e packEntry) isDelta() bool { return e.kind == packOfsDelta || e.kind == packRefDelta }

// entry reads the header at offset.
func (p *pack) entry(data []byte, offset int64) (packEntry, error) {
	if offset < packHeader || offset >= int64(len(data)) {
		return packEntry{}, errors.New("truncated")
	}
	b := data[offset]
	data = data[offset+1:]
	e := packEntry{kind: Kind(b >> 4 & 7), size: int64(b & 15)}
	for shift := 4; b&0x80 != 0; shift += 7 {
		if len(data) == 0 {
			return packEntry{}, errors.New("truncated")
		}
		if shift > 53 {
			return packEntry{}, errors.New("size out of range")
		}
		b, data = data[0], data[1:]
		e.size |= int64(b&0x7f) << shift
	}
	e.data = data
	switch e.kind {
	case KindCommit, KindTree, KindBlob, KindTag:
		return e, nil
	case packOfsDelta:
		back, rest, err := offsetVarint(data)
		if err != nil {
			return packEntry{}, err
		}
		e.base, e.data = offset-back, rest
		if back <= 0 || e.base < packHeader {
			return packEntry{}, errors.New("delta base lies outside of the pack")
		}
		return e, nil
	case packRefDelta:
		if len(data) < hashSize {
			return packEntry{}, errors.New("truncated")
		}
		name := Hash(data[:hashSize])
		base, ok, err := p.find(name)
		if err != nil {
			return packEntry{}, err
		}
		if !ok {
			return packEntry{}, errors.New("delta base " + name.String() + " is not in the pack")
		}
		e.base, e.data = base, data[hashSize:]
		return e, nil
	default:
		return packEntry{}, errors.New("unknown object type")
	}
}

// offsetVarint reads a number as it stands before offset deltas and in the paths of an index of version 4.
func offsetVarint(data []byte) (int64, []byte, error) {
	var v int64
	for i, b := range data {
		if v > 1<<47 {
			return 0, nil, errors.New("offset out of range")
		}
		v |= int64(b & 0x7f)
		if b&0x80 == 0 {
			return v, data[i+1:], nil
		}
		v = (v + 1) << 7
	}
	return 0, nil, errors.New("truncated")
}
